# SPDX-License-Identifier: Apache-2.0
# Bochs starts slower the more RAM it has (64 MiB 0.1 s, 2 GiB 1.3 s, 5 GiB 15 s), hence memory-max.  Its memory is in
# whole MiB.
machine bochs-pc {
    emulator    bochs
    title       {i440FX PC of Bochs}
    argument    i440fx
    cpu         {}
    cpu-32bit   {pentium* amd_k6* p2_* p3_* p4_willamette core_duo_* atom_n270}
    memory-min  0x100000
    memory-max  0x80000000
    memory-unit 0x100000
    split-at    0xc0000000
    split-low   0xc0000000
    reserved    0x10000
    bios        $BXSHARE/BIOS-bochs-latest
    vgabios     $BXSHARE/VGABIOS-lgpl-latest
    disk-ide    {ata0-master}
    disk-floppy {floppya}
}
