# Two nodes out of one memory, for move_pages(), mbind() and their like.
numa=fake=2
# Off by default before 6.5.
secretmem.enable=1
