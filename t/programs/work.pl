# SPDX-License-Identifier: Apache-2.0
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use List::Util qw(sum max reduce);
use POSIX qw(floor strftime);

open my $in, '<', 'words.txt' or die "words.txt: $!";
my (%count, @numbers);
while (<$in>) {
    next unless /^(\d+) line (\d+) (\w+)$/;
    $count{$3}++;
    push @numbers, $1 * $2;
}
close $in;
print join(', ', map { "$_ $count{$_}" } sort keys %count), "\n";
printf "%d %d %s\n", sum(@numbers), max(@numbers), sha256_hex(join ',', sort { $a <=> $b } @numbers);
print reduce { ($a * 31 + $b) % 1000003 } @numbers;
print "\n", strftime('%F %T', gmtime 1e9), ' ', floor(-2.5), "\n";
my $text = join '', map { chr(97 + $_ * 7 % 26) } 0 .. 5000;
print scalar(() = $text =~ /a(?=h)/g), ' ', ($text =~ tr/a-m//), ' ', length(pack 'w*', @numbers), "\n";
mkdir 'pl' or die "pl: $!";
for my $i (1 .. 20) {
    open my $out, '>', "pl/$i" or die "pl/$i: $!";
    print $out "$i\n" x $i;
    close $out;
}
print join(' ', map { -s $_ } sort glob 'pl/*'), "\n";
local $SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; select undef, undef, undef, 30; };
print "after: $@";
