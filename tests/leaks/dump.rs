//! The parts of a core file (ELF, 64 bit, little endian): notes, which have the registers of all threads, and memory.

const PROGRAM_HEADER: usize = 56;
const LOAD: u32 = 1;
const NOTE: u32 = 4;

fn number(bytes: &[u8], at: usize) -> usize {
    usize::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// Notes, then memory. All of the file is in one of them, but for its tables.
pub(crate) fn parts(core: &[u8]) -> (Vec<&[u8]>, Vec<&[u8]>) {
    assert_eq!(&core[..6], b"\x7fELF\x02\x01");
    let table = number(core, 32);
    let mut count = usize::from(u16::from_le_bytes(core[56..58].try_into().unwrap()));
    if count == 0xFFFF {
        // So many that the number is in the first section header.
        let section = number(core, 40);
        count = usize::try_from(u32::from_le_bytes(
            core[section + 44..section + 48].try_into().unwrap(),
        ))
        .unwrap();
    }
    let headers = core[table..].chunks_exact(PROGRAM_HEADER).take(count);
    let (mut notes, mut memory) = (Vec::new(), Vec::new());
    for header in headers {
        let (offset, size) = (number(header, 8), number(header, 32));
        match u32::from_le_bytes(header[..4].try_into().unwrap()) {
            NOTE => notes.push(&core[offset..offset + size]),
            LOAD => memory.push(&core[offset..offset + size]),
            _ => {}
        }
    }
    assert!(!notes.is_empty() && memory.len() > 10, "{} mappings", memory.len());
    (notes, memory)
}
