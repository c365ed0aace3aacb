# SPDX-License-Identifier: GPL-2.0-only
#
# For people: `make help` says what there is. The kernel's build reads Kbuild.

# where everything that is built goes; the tree stays as it is
O ?= .build
PREFIX ?= /usr/local

sbindir ?= $(PREFIX)/sbin
mandir ?= $(PREFIX)/share/man
completiondir ?= $(PREFIX)/share/bash-completion/completions
unitdir ?= $(PREFIX)/lib/systemd/system

out := $(abspath $(O))
tool := $(out)/userspace/icmpguard

# the kernel to build for: the running one, else the newest with headers here
ifeq ($(KDIR),)
KDIR := $(wildcard /lib/modules/$(shell uname -r)/build)
ifeq ($(KDIR),)
KDIR := $(shell ls -d /lib/modules/*/build 2>/dev/null | sort -V | tail -n 1)
chosen := 1
endif
endif
release := $(shell awk '$$2 == "UTS_RELEASE" { gsub(/"/, "", $$3); print $$3 }' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)
kernel_out = $(out)/kernel-$(release)$(if $(SELFTEST),-selftest)$(if $(PLANT),-plant)

# O means something else to the kernel's Makefile, so variables go by name
MAKEOVERRIDES =
given = $(foreach v,$(1),$(if $(filter command% environment%,$(origin $(v))),$(v)='$($(v))'))
kernel_variables := W C CF V CC LLVM ARCH CROSS_COMPILE SELFTEST PLANT
kernel_make = $(MAKE) -C '$(KDIR)' M='$(kernel_out)' $(call given,$(kernel_variables))

userspace_variables := CC CFLAGS CPPFLAGS LDFLAGS
userspace_make = $(MAKE) -C userspace O='$(out)/userspace' $(call given,$(userspace_variables))

# make -s is silent
say := $(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

all: module tool

help: ## this list
	@echo 'usage: make [TARGET...] [KDIR=kernel] [O=folder] [DESTDIR=] [PREFIX=/usr/local]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The kernel builds beside the sources, so it gets a folder of links to them,
# one for each kernel: two kernels don't clash, and two builds wait in line.
module: ## the kernel module, for the running kernel or KDIR; SELFTEST=1 with its self-tests
	@test -n '$(release)' || { \
		echo "no kernel headers in '$(KDIR)'; make deps installs Debian's" >&2; exit 1; }
	@test -z '$(chosen)' || $(say) 'no headers for the running kernel: building for $(release)'
	@mkdir -p '$(kernel_out)'
	@find Kbuild dkms.conf kmod -type f \( -name Kbuild -o -name dkms.conf -o -name '*.[ch]' -o -name '*.sh' \) \
		! -name '*.mod.c' | while read -r file; do \
		mkdir -p "$$(dirname "$(kernel_out)/$$file")"; \
		test "$$(readlink "$(kernel_out)/$$file")" = "$(CURDIR)/$$file" || \
		ln -sfn "$(CURDIR)/$$file" "$(kernel_out)/$$file"; done
	@find -L '$(kernel_out)' -type l -delete
	+@flock '$(kernel_out).lock' $(kernel_make) modules
	@$(say) 'built $(kernel_out)/icmpguard.ko'

tool: ## the tool that configures the module
	+@mkdir -p '$(out)/userspace' && \
		flock '$(out)/userspace.lock' $(userspace_make)
	@$(say) 'built $(tool)'

demo: deps ## shows in a virtual machine what the guard stops (as root)
	selftests/demo.sh

check: deps ## installs what is missing, builds and tests everything; KERNEL=6.12 on that kernel only
	O='$(out)' selftests/check.sh $(if $(KERNEL),--kernel '$(KERNEL)')

check-debug: deps-debug ## tests the module on a kernel that reports bugs and leaks (builds it once)
	O='$(out)' selftests/check.sh --debug

check-long: check-debug ## what takes too long for every change
	O='$(out)' selftests/check.sh --long

bench: deps ## instructions, time and memory beside its peers; QUICK=1 in minutes
	O='$(out)' selftests/bench/run.sh

survival: ## who survives a flood, simulated beside its peers; in 10 minutes
	+$(MAKE) -s -C selftests/bench/survival O='$(out)' results

bench-check: deps ## instructions of the guard alone, against those recorded
	@O='$(out)' selftests/bench/run.sh check

bench-record: deps # the same, recorded
	O='$(out)' selftests/bench/run.sh record

lint: ## static checks of all sources
	O='$(out)' selftests/lint.sh

install: module install-tool ## module and tool, manual, completion and service
	$(kernel_make) CONFIG_MODULE_SIG_ALL= INSTALL_MOD_PATH='$(if $(DESTDIR),$(abspath $(DESTDIR)))' \
		INSTALL_MOD_DIR=updates modules_install
	$(if $(DESTDIR),,depmod '$(release)')

install-tool: tool ## all but the module, which DKMS may install
	install -D -m 755 '$(tool)' '$(DESTDIR)$(sbindir)/icmpguard'
	install -D -m 644 userspace/icmpguard.8 '$(DESTDIR)$(mandir)/man8/icmpguard.8'
	install -D -m 644 userspace/completion/icmpguard.bash '$(DESTDIR)$(completiondir)/icmpguard'
	install -D -m 644 userspace/systemd/icmpguard.service '$(DESTDIR)$(unitdir)/icmpguard.service'
	sed -i 's,/usr/sbin/icmpguard,$(sbindir)/icmpguard,g' '$(DESTDIR)$(unitdir)/icmpguard.service'

uninstall: ## removes what install put there; /etc/icmpguard.conf stays
	rm -f '$(DESTDIR)$(sbindir)/icmpguard' '$(DESTDIR)$(mandir)/man8/icmpguard.8' \
		'$(DESTDIR)$(completiondir)/icmpguard' '$(DESTDIR)$(unitdir)/icmpguard.service'
	@for module in '$(DESTDIR)/lib/modules'/*/updates/icmpguard.ko*; do \
		test -e "$$module" || continue; \
		rm -f "$$module" || exit; \
		echo "removed $$module"; \
		kernel=$${module%/updates/*}; \
		test -n '$(DESTDIR)' || depmod "$${kernel##*/}" || exit; \
	done

deps: ## installs the Debian packages that all this needs
	@selftests/vm/deps.sh

deps-debug:
	@selftests/vm/deps.sh --debug

clean: ## removes what was built
	rm -rf '$(out)'/kernel-* '$(out)'/userspace* '$(out)/selftests' '$(out)/vm' '$(out)/bench'
	@rmdir '$(out)' 2>/dev/null || true

.PHONY: all help module tool demo check check-debug check-long bench bench-check bench-record survival lint install install-tool uninstall deps deps-debug clean
