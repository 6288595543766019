// Kernels runs the kernel tests of this module on Linux 5.10, 6.1, 6.12 and 7.2
// for x86-64 and on 6.12 for s390x, which is big-endian: Debian's own kernels,
// booted under qemu. From the root of the repository,
//
//	go run ./internal/kernels [flags] [packages]
//
// downloads the kernels (once), builds the tests as static programs, boots each
// kernel with them, and prints which test passed where. It exits with 1 if
// anything is wrong, and says what. It runs as an ordinary user on Debian and
// Ubuntu, and names the packages to install if tools are missing. The kernels
// are kept in the user's cache directory, under iplink-kernels; the flag -update
// looks for newer ones.
//
// # Which tests
//
// A kernel test is a Test or Example function of a *_linux_test.go file in a
// package whose test program is linked with internal/testns. All of them run,
// or those of the packages given, narrowed by -run; the flag -args hands more
// arguments to the test programs. Other tests see no difference between
// kernels and are left to go test.
//
// # Inside a machine
//
// A machine has one processor, no disk and no network; that for x86-64 has a
// controller of a CAN bus, which tests borrow (testns.Borrow). Its file system is
// two cpio archives in a row: Debian's static busybox and the modules for kinds
// of links (modules.go), which the cache keeps for each kernel; and init.sh, the
// test programs and their testdata directories, which are built for each run.
// Tests run as root, one package after the other, each in a directory of its
// own that holds testdata; their sandboxes have a user namespace, but for the
// packages that AS_ROOT names. The environment is
//
//	IPLINK_KERNEL=KEY         which kernel of the matrix it is, such as 6.12-s390x
//	IPLINK_REQUIRE_SANDBOX=1  a test that gets no namespace fails
//
// and AS_ROOT, besides PATH, HOME and TMPDIR. There are busybox's commands but
// no ip, which busybox has only in part, no Go, no source and no other user.
// Modules load by themselves when a test first needs them, as on any system.
//
// # What comes out of a machine
//
// A virtio serial device has a port for each stream, so that streams need no
// framing and kernel messages cannot get between lines. Each port is a file on
// the host, complete up to the last byte written when a machine dies, and read
// when it is over:
//
//	port 1   control, lines written by init.sh alone:
//	             boot RELEASE         the system is up; RELEASE as of uname -r
//	             start PORT           the program whose output is PORT begins
//	             end PORT STATUS      it ended with this exit status
//	             done                 everything has been written
//	port 2   a tar archive of /out, for tests that make files
//	port 3.. the output of one test program each: what -test.v=test2json
//	         prints and go tool test2json reads
//
// The console is a file too, for messages of the kernel from the level
// "warning" up; an oops there fails the run, a warning is shown. init.sh writes
// boot first and done last, and between a start and its end no other. A run
// fails if done or the end of a program is missing, if a program's status is not
// 0 though none of its tests failed, if a test started and did not end, and if
// one that was not deselected did not start.
//
// With -out DIR the files that tests left in /out are put into DIR, those of all
// kernels together. So the reports of each kernel are recorded:
//
//	go run ./internal/kernels -run TestSetAndRead -args "-record /out" -out testdata/kernels ./link
//
// What a test logs as "count WHAT: NUMBER" is a row in the report.
//
// # The rule of skips
//
// A test may skip for the lack of a named feature only (testns.Require, whose
// words verdict.go knows); any other skip is a failure. That a kernel lacks what
// it should have is for Require to refuse, since it knows the kernel. When all
// kernels ran, whole, a test that came to a verdict on none of them is a failure
// too, unless no kernel of the matrix can have what it lacks: the table of
// features in testns says why.
package main
