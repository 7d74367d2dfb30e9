# SPDX-License-Identifier: Apache-2.0
# Its disk is AHCI; it has no floppy.  SeaBIOS keeps structures of AHCI in RAM above 1 MiB: below 2 MiB it finds no
# disk.  Its PCI hole of 32 GiB has to fit below 1012 GiB with the RAM.
machine qemu-q35 {
    emulator    qemu
    title       {Q35 PC with PCI Express}
    argument    q35
    cpu         qemu64
    cpu-32bit   {486* pentium* coreduo* n270* athlon* qemu32* kvm32* *,-lm *,-lm,*}
    memory-min  0x200000
    memory-max  0xf400000000
    memory-unit 0x2000
    split-at    0xb0000000
    split-low   0x80000000
    reserved    0x40000
    disk-ide    {-device ide-hd,drive=boot,bus=ide.0,bootindex=0}
    disk-virtio {-device virtio-blk-pci,drive=boot,bootindex=0}
}
