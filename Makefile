# SPDX-License-Identifier: GPL-2.0
#
# `make bench` is the main job; `make help` lists the rest. The verbs take
# their options as variables: KERNELS= BENCH= SCENARIOS= DURATION= PATHS= MODE= ENGINE= RUN=
# SERIES= BASE= SEED=

comma := ,
VERSION := $(shell scripts/version)
CC ?= gcc
WARN := -Wall -Wextra -Wno-missing-field-initializers -Werror
COMMON := -std=gnu11 -D_GNU_SOURCE -O2 $(WARN)
# SAN=1: the host's program and its unit tests notice bad memory and undefined behaviour.
HOST := build$(if $(LIBFUZZER),/libfuzzer,$(if $(SAN),/san))
HOST_FLAGS := $(COMMON) $(if $(SAN),-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=address$(comma)undefined $(if $(LIBFUZZER),-fsanitize=fuzzer-no-link \
	-Wno-unknown-warning-option) -Wno-maybe-uninitialized)
# V=1 shows whole commands; else a line a file, and none under make -s.
Q := $(if $(V),,@)
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-4s %s\n' $(1) $(2))
HOST_LIBS := -ljansson -lgsl -lgslcblas -lcrypto -lz -lm

HOST_SRC := $(sort $(wildcard host/*.c host/*/*.c host/*/*/*.c))
HOST_SRC := $(filter-out host/plugin/%,$(HOST_SRC))
HOST_OBJ := $(HOST_SRC:%.c=$(HOST)/%.o)
# One file a benchmark, scenario or path: this list is the list of them. Scenarios
# and paths lie in folders as deep as one likes, benchmarks in bench/ itself.
LEAVES := $(foreach d,bench torture paths tests/guest,$(sort $(shell find $(d) -name '*.c')))
GUEST_SRC := $(sort $(wildcard guest/*.c guest/*/*.c guest/*/*/*.c)) $(LEAVES)
GUEST_OBJ := $(GUEST_SRC:%.c=build/guest/%.o)

OPTIONS := $(if $(KERNELS),--kernels '$(KERNELS)') $(if $(BASE),--base '$(BASE)') \
	$(foreach s,$(SERIES),--series '$(s)')
BENCH_OPTIONS := $(OPTIONS) $(if $(RUN),--run '$(RUN)') $(if $(BENCH),--bench '$(BENCH)') \
	$(if $(ENGINE),--engine '$(ENGINE)') $(if $(SEED),--seed '$(SEED)')

# T=PATTERN takes a part of them, by name: T=stats, T='e2e_*'.
T := *
TESTS := $(patsubst tests/unit/%.c,$(HOST)/tests/%,$(sort $(wildcard $(T:%=tests/unit/%.c) \
	$(T:%=tests/unit/test_%.c)))) $(patsubst tests/%.c,$(HOST)/tests/%,$(sort $(wildcard \
	$(T:%=tests/%.c) $(T:%=tests/e2e_%.c))))
UNIT := $(filter $(HOST)/tests/test_%,$(TESTS))
CHECKS := $(sort $(wildcard $(T:%=tests/check-%)) $(filter tests/check-%,$(wildcard $(T:%=tests/%))))
# What the host does to a run: kills, errors, two at once, guests that go wrong. Two of
# them are in `make test` too, at a tenth of their length.
FAULTS := $(patsubst tests/faults/%.c,$(HOST)/tests/faults_%,$(sort $(wildcard \
	$(T:%=tests/faults/%.c))))
TESTS += $(filter %_errors %_kills,$(FAULTS))
# Those that need no kernel.
QUICK := $(filter tests/check-layout tests/check-readme tests/check-style,$(CHECKS))
# What end-to-end tests link with; others with all of ./pinlab but its main().
BASE_OBJ := $(filter $(HOST)/host/base/%.o,$(HOST_OBJ))
TEST_OBJ := $(filter-out $(HOST)/host/main.o,$(HOST_OBJ))

TORTURE_OPTIONS := $(OPTIONS) $(if $(RUN),--run '$(RUN)') \
	$(if $(SCENARIOS),--scenarios '$(SCENARIOS)') $(if $(DURATION),--duration '$(DURATION)') \
	$(if $(ENGINE),--engine '$(ENGINE)') $(if $(SEED),--seed '$(SEED)')

PATHS_OPTIONS := $(OPTIONS) $(if $(RUN),--run '$(RUN)') $(if $(PATHS),--paths '$(PATHS)') \
	$(if $(MODE),--mode '$(MODE)') $(if $(ENGINE),--engine '$(ENGINE)')

NIGHTLY_OPTIONS := $(OPTIONS) $(if $(BUDGET),--budget '$(BUDGET)') $(if $(RUN),--run '$(RUN)') \
	$(if $(FLAVORS),--flavors '$(FLAVORS)') $(if $(SCENARIOS),--scenarios '$(SCENARIOS)') \
	$(if $(ENGINE),--engine '$(ENGINE)') $(if $(SEED),--seed '$(SEED)')

all: pinlab

help:
	@sed -n 's/^#: //p' Makefile

#: make bench     build the kernels, boot them, compare: results/NAME/report.txt
bench: packages-run pinlab
	@./pinlab bench $(BENCH_OPTIONS)

#: make torture   try to break exclusive pins          (KERNELS=busted: seeded bugs)
torture: packages-run pinlab
	@./pinlab torture $(TORTURE_OPTIONS)

#: make paths     which ways into a page are open      (MODE=crash: see it crash)
paths: packages-run pinlab
	@./pinlab paths $(PATHS_OPTIONS)

#: make nightly   torture for a given time, compared with the last night (BUDGET=2h)
nightly: packages-run pinlab
	@./pinlab nightly $(NIGHTLY_OPTIONS); status=$$?; \
	tests/packages --if-changed 1>&2 || status=3; \
	tests/machine/run --if-changed 1>&2 || status=3; exit $$status

#: make report    derive a run's reports again        (RUN=NAME)
report: pinlab
	@./pinlab report $(if $(RUN),--run '$(RUN)')

#: make doctor    what this machine can and cannot do
doctor: pinlab
	@./pinlab doctor

#: make boot      a shell in a guest                  (KERNELS=6.12)
boot: packages-run pinlab
	@./pinlab boot $(OPTIONS)

#: make kernel    build kernels only                   (KERNELS=6.12,6.12+exclusive)
kernel: pinlab
	@./pinlab kernel $(OPTIONS)

#: make module    the driver for the kernel that runs here: --engine native --module (KDIR=)
module: packages-build
	@scripts/mkmodule build/module $(KDIR)

#: make test      the suite's own tests               (T=PATTERN: some of them)
test: packages-run pinlab packages-test $(TESTS)
	@tests/run $(or $(strip $(TESTS) $(CHECKS)),$(error T=$(T) is no test; they are in tests/ and tests/unit/))

#: make check     linters and unit tests: no kernel, no guest    (SAN=1: ASan, UBSan)
check: packages-test pinlab $(UNIT)
	@tests/run $(or $(strip $(UNIT) $(QUICK)),$(error T=$(T) is neither a unit test nor a linter))

#: make fuzz      every parser of what comes from outside (FUZZ_SECONDS=600 SEED=1)
fuzz: packages-test
	@tests/check-fuzz $(or $(FUZZ_SECONDS),600) $(or $(SEED),1)

#: make prune     remove from the cache what was not used  (DAYS=30)
prune: pinlab
	@./pinlab prune $(if $(DAYS),--days '$(DAYS)')

#: make test-faults   runs that are killed, starved, frozen or lied to  (T=kills; SEED=1)
test-faults: packages-run pinlab packages-test $(FAULTS)
	@$(if $(SEED),PINLAB_SEED='$(SEED)') PINLAB_FAULTS=all tests/run $(or $(FAULTS),$(error T=$(T) is no test of tests/faults/))

#: make test-packages   is scripts/packages.list enough? Asks a bare Debian; needs root
# `make nightly` does so too, where it can and something of it was changed.
test-packages:
	@tests/packages

#: make test-machine    both wall-clock engines in a Debian machine under QEMU (T=STEP)
# CMD='./pinlab doctor' gives root there one command instead.
test-machine: packages-run pinlab
	@tests/machine/run $(if $(CMD),--command '$(CMD)','$(T)')

#: make clean     remove what make built here; caches and results stay
clean:
	rm -rf build pinlab

pinlab: packages-build $(HOST)/pinlab build/guest/pinlab-guest build/guest/disk.ext2 \
	build/insnprof.so
	@ln -sf $(HOST)/pinlab pinlab

packages-build packages-run packages-test: packages-%:
	@scripts/packages $*

$(HOST)/pinlab: $(HOST_OBJ) $(HOST)/objects
	$(call say,LD,$@)
	$(Q)$(CC) $(HOST_FLAGS) -o $@ $(HOST_OBJ) $(HOST_LIBS)

# What the programs are linked of: without a file that is gone they are linked again.
$(HOST)/objects: objects = $(HOST_OBJ)
build/guest/objects: objects = $(GUEST_OBJ)
$(HOST)/objects build/guest/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(objects)' | cmp -s - $@ || echo '$(objects)' > $@

# The version is in one object, so that a commit recompiles nothing else.
$(HOST)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@

$(addprefix $(HOST)/host/,main.o run/plan.o nightly/open.o): $(HOST)/version

$(HOST)/host/%.o: host/%.c | packages-build
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_FLAGS) -MMD -MP -I. -DPINLAB_VERSION='"$(VERSION)"' -c -o $@ $<

# A leaf's name is its path without its first folder; the suite's own tests are
# test/..., and hidden.
first = $(firstword $(subst /, ,$(1)))
leaf_name = $(if $(filter tests/%,$(1)),$(1:tests/guest/%=test/%),$(1:$(call first,$(1))/%=%))
flat = $(if $(filter bench/%,$(1)),$(if $(word 3,$(subst /, ,$(1))),$(error $(1).c: a benchmark lies \
	in bench/ itself: its rows are NAME/KIND/SIZE, and reports end the name at the first '/'; as \
	bench/$(subst /,_,$(1:bench/%=%)).c it will do)))
leaf_flags = $(if $(filter guest/%,$(1)),,$(call flat,$(1))-DPINLAB_NAME='"$(call leaf_name,$(1))"' \
	-DPINLAB_HIDDEN=$(if $(filter tests/%,$(1)),1,0))

# Static and free of paths: the same compiler makes the same guest everywhere.
# In one step, because a run that goes on meanwhile takes it as it is.
build/guest/%.o: %.c | packages-build
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(COMMON) -MMD -MP -I. $(call leaf_flags,$*) -c -o $@ $<

build/guest/pinlab-guest: $(GUEST_OBJ) build/guest/objects
	$(call say,LD,$@)
	$(Q)$(CC) -static -Wl,--build-id=none -o $@.new $(GUEST_OBJ) -luring -lpthread
	@mv $@.new $@

build/guest/disk.ext2: scripts/mkdisk
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)scripts/mkdisk $@ > /dev/null

$(HOST)/tests/%: tests/unit/%.c $(TEST_OBJ) $(HOST)/objects | packages-test
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_FLAGS) -MMD -MP -I. -o $@ $< $(TEST_OBJ) -lcmocka $(HOST_LIBS)

$(HOST)/tests/e2e_%: tests/e2e_%.c $(BASE_OBJ) $(HOST)/objects | packages-test
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_FLAGS) -MMD -MP -I. -o $@ $< $(BASE_OBJ) -lcmocka $(HOST_LIBS)

$(HOST)/tests/faults_%: tests/faults/%.c $(BASE_OBJ) $(HOST)/objects | packages-test
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_FLAGS) -MMD -MP -I. -o $@ $< $(BASE_OBJ) -lcmocka $(HOST_LIBS)

# With sanitizers only: tests/check-fuzz says SAN=1. LIBFUZZER=1: clang's own, which
# goes by what an input reaches; else main.c, which needs nothing but gcc.
FUZZ := $(patsubst tests/fuzz/%.c,$(HOST)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
PLANTED := $(patsubst tests/fuzz/planted/%.patch,$(HOST)/planted/%,$(sort \
	$(wildcard tests/fuzz/planted/*.patch)))
FUZZ_SRC := tests/fuzz/fuzz.c guest/machine/kmsg.c $(if $(LIBFUZZER),,tests/fuzz/main.c)
fuzz-targets: $(FUZZ)
fuzz-planted: $(PLANTED)

$(HOST)/fuzz/%: tests/fuzz/%.c $(FUZZ_SRC) tests/fuzz/fuzz.h $(TEST_OBJ) $(HOST)/objects
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_FLAGS) -I. $(if $(LIBFUZZER),-fsanitize=fuzzer) -o $@ $< $(FUZZ_SRC) \
		$(TEST_OBJ) $(HOST_LIBS)

# A target with a bug in it that it has to find: its one file is replaced.
$(HOST)/planted/%: tests/fuzz/planted/%.patch tests/fuzz/fuzz_%.c $(FUZZ_SRC) $(TEST_OBJ)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)file=$$(sed -n 's|^+++ b/||p' $<); patch -s -p1 -o $@.c $$file $< && \
	$(CC) $(HOST_FLAGS) -I. -o $@ $@.c $(word 2,$^) $$(printf '%s\n' $(FUZZ_SRC) $(TEST_OBJ) | \
		grep -vxF -e $$file -e $(HOST)/$${file%.c}.o) $(HOST_LIBS)

build/insnprof.so: host/plugin/insnprof.c | packages-build
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(COMMON) -shared -fPIC -o $@ $<

-include $(HOST_OBJ:.o=.d) $(GUEST_OBJ:.o=.d) $(TESTS:=.d) $(FAULTS:=.d)

# A header that is gone stands in .d files of before: what included it is compiled again.
%.h: ;

FORCE:
.PHONY: all help bench torture paths nightly report doctor kernel boot module test check fuzz
.PHONY: test-packages test-faults test-machine fuzz-targets prune clean packages-build packages-run
.PHONY: packages-test FORCE
