"""Networks that say a distribution over chunks at once: what DPPO is compared with."""
