"""The TorchScript controllers that run inside a Polymetis server, and the program that stores them."""
