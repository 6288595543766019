#!/bin/busybox sh
# The first process of a machine: runs the tests and switches the machine off.
# doc.go describes what it writes. IPLINK_KERNEL and AS_ROOT, packages, come from
# the kernel's command line.
export PATH=/bin HOME=/root TMPDIR=/tmp IPLINK_REQUIRE_SANDBOX=1

echo "iplink: init" # the console: a sign of life before anything can go wrong
/bin/busybox mkdir -p /dev /proc /sys /tmp /run /root /out /etc
/bin/busybox --install -s /bin
rm -f /bin/ip # a part of the real one: worse than none
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mkdir /run/netns
busybox ip link set lo up

# Files whose opening loads a module (/dev/net/tun), which udev would make.
while read -r module name device; do
	[ "$module" = "#" ] && continue
	numbers=${device#?} # as in c10:200
	case $name in */*) mkdir -p "/dev/${name%/*}" ;; esac
	mknod "/dev/$name" "${device%"$numbers"}" "${numbers%:*}" "${numbers#*:}"
done <"/lib/modules/$(uname -r)/modules.devname"

# What encapsulates tunnels in UDP, which nothing asks for by name.
modprobe -q fou
modprobe -q fou6

# Hardware that tests borrow, which udev would find.
modprobe -q kvaser_pci

# The ports, which some kernels have a module for. Ports come one by one.
modprobe -q virtio_pci
modprobe -q virtio_console
. /tests/ports # sets last, the number of the last port
tries=0
while [ ! -c "/dev/vport0p$last" ] && [ $((tries += 1)) -lt 300 ]; do
	sleep 0.1
done
exec 9>/dev/vport0p1
many=$(cat /proc/sys/user/max_user_namespaces)

say() { echo "$*" >&9; }

run() { # PORT DIRECTORY ARGUMENT...
	port=$1 dir=$2
	shift 2
	namespaces=$many
	case ",$AS_ROOT," in *",$dir,"*) namespaces=0 ;; esac
	echo $namespaces >/proc/sys/user/max_user_namespaces
	say start "$port"
	(cd "/tests/$dir" && exec ./package.test "$@") </dev/null >"/dev/vport0p$port" 2>&1 9>&-
	say end "$port" $?
}

say boot "$(uname -r)"
. /tests/run
tar -C /out -cf /dev/vport0p2 .
say done
poweroff -f
