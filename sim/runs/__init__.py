"""What a training run leaves behind: who ran what where, its scalars, and the curves drawn from them."""
