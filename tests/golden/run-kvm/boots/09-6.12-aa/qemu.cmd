qemu-system-x86_64
-accel
tcg
-append
panic=-1 nokaslr
