/* Turns the table of syscalls.h into a BPF program: a binary search over ranges of equal treatment. */
#include "jail.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "lamina-jail knows x86_64 and aarch64"
#endif

enum { MAX_NUMBER = 512, MAX_INSTRUCTIONS = 1024, MAX_VALUES = 6 };

enum treatment {
    UNKNOWN, /* ENOSYS: what we have not judged does not exist, so that libraries fall back */
    ALLOWED,
    DENIED,    /* errno */
    NO_BITS,   /* allowed unless the argument has one of the bits; else errno */
    NOT_THESE, /* allowed unless the argument is one of the values; else errno */
    ONLY_THESE /* allowed if the argument is one of the values; else errno */
};

struct rule {
    uint8_t treatment;
    uint8_t argument;
    uint16_t error;
    uint8_t count;
    uint32_t values[MAX_VALUES];
};

static const struct rule rules[MAX_NUMBER] = {
#define ALLOW(name) [__NR_##name] = {.treatment = ALLOWED},
#define DENY(name, errno_, why) [__NR_##name] = {.treatment = DENIED, .error = (errno_)},
#define CHECK(name, treatment_, argument_, errno_, why, count_, ...) \
    [__NR_##name] = {.treatment = (treatment_), .argument = (argument_), .error = (errno_), .count = (count_), .values = {__VA_ARGS__}},
#include "syscalls.h"
};

static struct sock_filter program[MAX_INSTRUCTIONS];
static unsigned length;

static void emit(uint16_t code, uint32_t value, unsigned yes, unsigned no)
{
    if (length < MAX_INSTRUCTIONS)
        program[length] = (struct sock_filter){code, (uint8_t)yes, (uint8_t)no, value};
    length++;
}

static void emit_return(uint32_t action) { emit(BPF_RET | BPF_K, action, 0, 0); }

static void emit_rule(const struct rule *rule)
{
    const uint32_t refuse = SECCOMP_RET_ERRNO | rule->error;
    if (rule->treatment == UNKNOWN) {
        emit_return(SECCOMP_RET_ERRNO | ENOSYS);
    } else if (rule->treatment == ALLOWED) {
        emit_return(SECCOMP_RET_ALLOW);
    } else if (rule->treatment == DENIED) {
        emit_return(refuse);
    } else {
        /* Flags, families and commands live in the low half; both architectures are little-endian. */
        emit(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8u * rule->argument), 0, 0);
        const uint16_t test = rule->treatment == NO_BITS ? BPF_JSET : BPF_JEQ;
        for (unsigned i = 0; i < rule->count; i++)
            emit((uint16_t)(BPF_JMP | test | BPF_K), rule->values[i], rule->count - i, 0);
        emit_return(rule->treatment == ONLY_THESE ? refuse : SECCOMP_RET_ALLOW);
        emit_return(rule->treatment == ONLY_THESE ? SECCOMP_RET_ALLOW : refuse);
    }
}

/* Leaves are ranges of numbers with equal rules; starts[] are their first numbers. */
static void emit_search(const uint16_t *starts, unsigned first, unsigned last)
{
    if (first == last) {
        emit_rule(&rules[starts[first]]);
        return;
    }
    unsigned middle = (first + last + 1) / 2, test = length;
    emit(BPF_JMP | BPF_JGE | BPF_K, starts[middle], 1, 0);
    emit(BPF_JMP | BPF_JA, 0, 0, 0); /* to the lower half: too far for an 8-bit offset */
    emit_search(starts, middle, last);
    if (test + 1 < MAX_INSTRUCTIONS) {
        program[test].jt = 1;
        program[test].jf = 0;
        program[test + 1] = (struct sock_filter){BPF_JMP | BPF_JA, 0, 0, length - test - 2};
    }
    emit_search(starts, first, middle - 1);
}

int seccomp_prepare(struct failure *failure)
{
    uint16_t starts[MAX_NUMBER];
    unsigned count = 0;
    for (unsigned number = 0; number < MAX_NUMBER; number++)
        if (number == 0 || memcmp(&rules[number], &rules[number - 1], sizeof rules[0]) != 0)
            starts[count++] = (uint16_t)number;
    length = 0;
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
    emit_return(SECCOMP_RET_ERRNO | ENOSYS); /* 32-bit calls on a 64-bit kernel are a second table nobody here needs */
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    emit(BPF_JMP | BPF_JGE | BPF_K, MAX_NUMBER, 0, 1); /* also x32 on x86_64: bit 30 is set */
    emit_return(SECCOMP_RET_ERRNO | ENOSYS);
    emit_search(starts, 0, count - 1);
    return length > MAX_INSTRUCTIONS ? fail_with(failure, E2BIG, "seccomp", "program too long") : 0;
}

int seccomp_install(struct failure *failure)
{
    struct sock_fprog filter = {.len = (unsigned short)length, .filter = program};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
        return fail(failure, "seccomp", "filter");
    return 0;
}
