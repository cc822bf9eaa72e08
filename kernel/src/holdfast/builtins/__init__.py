"""The parts the kernel brings itself; `hooks` registers them as any plugin registers its own."""
