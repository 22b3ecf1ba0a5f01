//! Runs code one instruction at a time, in the process itself, and compares what two runs did.
//!
//! The trap flag of the processor stops after every instruction; the handler of that signal keeps the general registers.
//! Code whose instructions or addresses depend on a secret shows it as soon as two secrets differ.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, ptr};

pub use compare::{Difference, Program};

mod compare;

/// Names of the registers in [`Step::registers`].
pub const REGISTERS: [&str; 16] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
];
const SLOTS: [libc::c_int; 16] = [
    libc::REG_RAX,
    libc::REG_RCX,
    libc::REG_RDX,
    libc::REG_RBX,
    libc::REG_RSP,
    libc::REG_RBP,
    libc::REG_RSI,
    libc::REG_RDI,
    libc::REG_R8,
    libc::REG_R9,
    libc::REG_R10,
    libc::REG_R11,
    libc::REG_R12,
    libc::REG_R13,
    libc::REG_R14,
    libc::REG_R15,
];
/// The trap flag.
const TRAP: i64 = 0x100;
/// Carry, parity, adjust, zero, sign, overflow.
const RESULT_FLAGS: i64 = 0x8d5;

/// What the processor had before an instruction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Address of the instruction.
    pub at: u64,
    /// The flags that arithmetic sets.
    pub flags: u64,
    /// As in [`REGISTERS`].
    pub registers: [u64; 16],
}

/// Where the handler writes next, and where it has to stop.
static NEXT: AtomicPtr<Step> = AtomicPtr::new(ptr::null_mut());
static END: AtomicPtr<Step> = AtomicPtr::new(ptr::null_mut());
/// One trace at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `work` and returns its steps, at most `limit`.
///
/// # Errors
/// There were more than `limit` steps, or the system does not let us handle the signal.
pub fn record(limit: usize, work: &mut dyn FnMut()) -> io::Result<Vec<Step>> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut steps = vec![Step::default(); limit];
    let range = steps.as_mut_ptr_range();
    NEXT.store(range.start, Ordering::SeqCst);
    END.store(range.end, Ordering::SeqCst);
    let before = handle(&action())?;
    stepped(work);
    handle(&before)?;
    let rest = range.end.addr().saturating_sub(NEXT.load(Ordering::SeqCst).addr());
    if rest < size_of::<Step>() {
        return Err(io::Error::other("more steps than expected"));
    }
    steps.truncate(limit.saturating_sub(rest / size_of::<Step>()));
    Ok(steps)
}

/// Its own frame, so that traces of the same work begin at one place.
#[inline(never)]
fn stepped(work: &mut dyn FnMut()) {
    // SAFETY: the handler is in place; the stack is used as asm! allows without `nostack`.
    unsafe { core::arch::asm!("pushfq", "or qword ptr [rsp], 0x100", "popfq") };
    work();
    // SAFETY: as above.
    unsafe { core::arch::asm!("pushfq", "and qword ptr [rsp], -0x101", "popfq") };
}

fn action() -> libc::sigaction {
    // SAFETY: a C structure of numbers, pointers and an optional function, for which zero is a value.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = (on_step as *const ()).expose_provenance();
    action.sa_flags = libc::SA_SIGINFO;
    action
}

/// Puts `action` in place; returns what was there.
fn handle(action: &libc::sigaction) -> io::Result<libc::sigaction> {
    let mut before = *action;
    // SAFETY: both point to valid structures; `on_step` has the signature that SA_SIGINFO asks for.
    let answer = unsafe { libc::sigaction(libc::SIGTRAP, action, &raw mut before) };
    if answer == 0 { Ok(before) } else { Err(io::Error::last_os_error()) }
}

extern "C" fn on_step(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: with SA_SIGINFO the system passes the context of the interrupted code here.
    let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    let get = |slot: libc::c_int| {
        usize::try_from(slot).ok().and_then(|slot| registers.get(slot)).copied().unwrap_or(0)
    };
    let step = Step {
        at: get(libc::REG_RIP).cast_unsigned(),
        flags: (get(libc::REG_EFL) & RESULT_FLAGS).cast_unsigned(),
        registers: SLOTS.map(|slot| get(slot).cast_unsigned()),
    };
    let next = NEXT.load(Ordering::Relaxed);
    if next == END.load(Ordering::Relaxed) {
        // No room: stop stepping.
        if let Some(flags) = registers.get_mut(libc::REG_EFL.unsigned_abs() as usize) {
            *flags &= !TRAP;
        }
        return;
    }
    // SAFETY: `next` is before the end of the buffer, which lives until `stepped` returns.
    unsafe { next.write(step) };
    NEXT.store(next.wrapping_add(1), Ordering::Relaxed);
}
