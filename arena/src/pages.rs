//! Pages from the kernel. With `region.rs`, all that this crate asks of it about memory.

use crate::error::{ArenaError, SystemError};
use crate::limits;
use rustix::io::Errno;
use rustix::mm::{self, Advice, MapFlags, MprotectFlags, MremapFlags, ProtFlags};
use rustix::param::page_size;
use std::ffi::c_void;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::ptr::{self, NonNull};

/// Pages on either side that fault. More than one: C code without stack probes may step over a single page.
const GUARD_PAGES: usize = 16;

/// `length` bytes of addresses with guards on either side. Unmapped as a whole when dropped.
pub(crate) struct Pages {
    outer: NonNull<u8>,
    guard: usize,
    length: usize,
}

/// Bytes rounded up to whole pages, at least one.
pub(crate) fn whole_pages(bytes: usize) -> Option<usize> {
    bytes.max(1).checked_next_multiple_of(page_size())
}

fn refused(call: &'static str) -> impl FnOnce(Errno) -> ArenaError {
    move |error| ArenaError::Refused(SystemError::new(call, error))
}

impl Pages {
    /// Addresses that fault, all of them, and cost no memory.
    fn reserve(length: usize) -> Result<Self, ArenaError> {
        let guard = GUARD_PAGES * page_size();
        let total = length.checked_add(2 * guard).ok_or(Errno::NOMEM).map_err(refused("mmap"))?;
        // SAFETY: the kernel chooses an address where nothing is.
        let outer = unsafe {
            mm::mmap_anonymous(
                ptr::null_mut(),
                total,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        };
        let outer = outer.map_err(refused("mmap"))?.cast::<u8>();
        let outer = NonNull::new(outer).ok_or(Errno::NOMEM).map_err(refused("mmap"))?;
        Ok(Self { outer, guard, length })
    }

    /// Pages of secret memory, zeroed. `length` is whole pages.
    pub(crate) fn secret(length: usize) -> Result<Self, ArenaError> {
        let file = File::from(memfd_secret().map_err(|error| {
            ArenaError::NoSecretMemory(SystemError::new("memfd_secret", error))
        })?);
        let size = u64::try_from(length).map_err(|_| refused("ftruncate")(Errno::INVAL))?;
        file.set_len(size).map_err(|error| {
            refused("ftruncate")(Errno::from_io_error(&error).unwrap_or(Errno::IO))
        })?;
        let pages = Self::reserve(length)?;
        // Mapped anywhere and then moved between the guards: where the limit refuses it, a fixed mapping would by
        // then have torn a hole into the reservation.
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the kernel chooses an address where nothing is.
        let mapped =
            unsafe { mm::mmap(ptr::null_mut(), length, access, MapFlags::SHARED, &file, 0) };
        let mapped = mapped.map_err(|error| match error {
            Errno::AGAIN => limits::lock_limit(length),
            error => refused("mmap")(error),
        })?;
        let inside = pages.inside().as_ptr().cast::<c_void>();
        // SAFETY: `mapped` is ours and unused; what it replaces is the inside of our reservation.
        let moved =
            unsafe { mm::mremap_fixed(mapped, length, length, MremapFlags::MAYMOVE, inside) };
        if let Err(error) = moved {
            // SAFETY: nothing refers to `mapped`, and it was not moved.
            unsafe { unmap(mapped, length) };
            pages.abandon();
            return Err(refused("mremap")(error));
        }
        // Neither dump nor swap see this mapping; that leaves children.
        pages.advise(Advice::LinuxDontFork)?;
        pages.touch();
        Ok(pages)
    }

    /// Pages of ordinary memory, zeroed, that stay in RAM and out of dumps. `length` is whole pages.
    pub(crate) fn locked(length: usize) -> Result<Self, ArenaError> {
        let pages = Self::reserve(length)?;
        let inside = pages.inside().as_ptr().cast::<c_void>();
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the inside of our reservation, to which nothing refers yet.
        unsafe { mm::mprotect(inside, length, access) }.map_err(refused("mprotect"))?;
        // SAFETY: as above.
        unsafe { mm::mlock(inside, length) }.map_err(|error| match error {
            // The kernel says any of these where the limit is the cause.
            Errno::NOMEM | Errno::PERM | Errno::AGAIN => limits::lock_limit(length),
            error => refused("mlock")(error),
        })?;
        pages.advise(Advice::LinuxDontDump)?;
        pages.advise(Advice::LinuxWipeOnFork)?;
        Ok(pages)
    }

    fn advise(&self, advice: Advice) -> Result<(), ArenaError> {
        let inside = self.inside().as_ptr().cast::<c_void>();
        // SAFETY: our own pages; none of the advice given here changes what this process reads in them.
        unsafe { mm::madvise(inside, self.length, advice) }.map_err(refused("madvise"))
    }

    /// Has the kernel find the pages now rather than under the first key.
    fn touch(&self) {
        for offset in (0..self.length).step_by(page_size()) {
            // SAFETY: the offset is inside.
            let byte = unsafe { self.inside().add(offset) };
            // SAFETY: mapped, writable, zero already, and nothing refers to it yet.
            unsafe { byte.write_volatile(0) };
        }
    }

    /// The first byte between the guards; whole pages, so aligned to one.
    pub(crate) fn inside(&self) -> NonNull<u8> {
        // SAFETY: the reservation begins with `guard` bytes.
        unsafe { self.outer.add(self.guard) }
    }

    /// Bytes between the guards.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Bytes of one guard.
    pub(crate) fn guard(&self) -> usize {
        self.guard
    }

    /// Gives back the guards alone: the inside may be a hole by now, and then no longer ours.
    fn abandon(self) {
        let pages = ManuallyDrop::new(self);
        let outer = pages.outer.as_ptr().cast::<c_void>();
        let after = pages.outer.as_ptr().wrapping_add(pages.guard + pages.length).cast::<c_void>();
        // SAFETY: the lower guard is ours and nothing refers to it.
        unsafe { unmap(outer, pages.guard) };
        // SAFETY: the upper guard is ours and nothing refers to it.
        unsafe { unmap(after, pages.guard) };
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        let outer = self.outer.as_ptr().cast::<c_void>();
        // SAFETY: ours as a whole; whoever lent it out lent no longer than it lives.
        unsafe { unmap(outer, self.length + 2 * self.guard) };
    }
}

/// Unmaps. Should the kernel have no room for the bookkeeping, the addresses stay taken; nobody can do anything about it.
///
/// # Safety
/// The range is ours, and nothing refers to it any more.
unsafe fn unmap(start: *mut c_void, length: usize) {
    // SAFETY: as the caller says.
    let unmapped = unsafe { mm::munmap(start, length) };
    debug_assert!(unmapped.is_ok(), "{unmapped:?}");
}

/// `memfd_secret(O_CLOEXEC)`; the manual says `FD_CLOEXEC`, which the kernel refuses.
fn memfd_secret() -> Result<OwnedFd, Errno> {
    // SAFETY: takes a number and touches no memory of ours.
    let answer = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
    let fd = RawFd::try_from(answer).map_err(|_| Errno::BADF)?;
    if fd < 0 {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::NOSYS));
    }
    // SAFETY: the kernel has just given it to us, and to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
