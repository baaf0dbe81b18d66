//! How a CSV file separates its cells, told by its first line.

/// What cells may be separated by. The first of those that stand equally often wins.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads the separator from the first line that says something: the header, or an instruction of its own (`sep=;`, as
/// spreadsheets write it).
pub(super) fn separator(line: &[u8]) -> Separator {
    if let [b's', b'e', b'p', b'=', separator] = line.trim_ascii().to_ascii_lowercase().as_slice() {
        return Separator { byte: *separator, is_instruction: true };
    }
    let mut quoted = false;
    let mut counts = [0_usize; SEPARATORS.len()];
    for byte in line {
        quoted ^= *byte == b'"';
        for (count, _) in counts.iter_mut().zip(SEPARATORS).filter(|(_, separator)| separator == byte && !quoted) {
            *count += 1;
        }
    }
    let most = counts.into_iter().max().unwrap_or_default();
    let found = SEPARATORS.into_iter().zip(counts).find(|(_, count)| *count == most);
    Separator { byte: found.map_or(b',', |(separator, _)| separator), is_instruction: false }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Separator {
    pub(super) byte: u8,
    /// The line says only this, and is no header.
    pub(super) is_instruction: bool,
}

#[cfg(test)]
mod tests {
    use super::{Separator, separator};

    #[test]
    fn the_first_line_tells_the_separator() {
        for (line, byte, is_instruction) in [
            ("sku,title,price", b',', false),
            ("sku;title;price", b';', false),
            ("sku\ttitle\tprice", b'\t', false),
            ("sku", b',', false),
            ("", b',', false),
            ("\"a,b,c\";d", b';', false),
            ("sku;title, as shown;price", b';', false),
            ("sep=;", b';', true),
            ("sep=,\r", b',', true),
        ] {
            assert_eq!(separator(line.as_bytes()), Separator { byte, is_instruction }, "{line:?}");
        }
    }
}
