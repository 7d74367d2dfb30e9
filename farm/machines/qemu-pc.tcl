# SPDX-License-Identifier: Apache-2.0
# A machine is data: ::acre::machine::row reads the keys below (doc/drivers.md says what each means).
machine qemu-pc {
    emulator    qemu
    title       {i440FX PC with PCI}
    argument    pc
    cpu         qemu64
    cpu-32bit   {486* pentium* coreduo* n270* athlon* qemu32* kvm32* *,-lm *,-lm,*}
    memory-min  0x100000
    memory-max  0xfa00000000
    memory-unit 0x2000
    split-at    0xe0000000
    split-low   0xc0000000
    reserved    0x40000
    disk-ide    {-device ide-hd,drive=boot,bus=ide.0,bootindex=0}
    disk-virtio {-device virtio-blk-pci,drive=boot,bootindex=0}
    disk-floppy {-device floppy,drive=boot -boot a}
}
