//! From the bytes of a request to UTF-8 text, piece by piece and in flat memory.

use std::io::Write;

use encoding_rs::{Decoder as CharsetDecoder, Encoding, UTF_8};
use flate2::write::MultiGzDecoder;

use super::ImportError;

/// What every gzip file begins with (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Compressed bytes that are unpacked at a time: at 1,032 to 1, the most that deflate reaches, they make a megabyte.
const PACKED_PIECE: usize = 1024;

/// Rows of products shrink to a tenth or less, not to a two-hundredth. A stream that unpacks to more than this beyond
/// [`UNJUDGED_BYTES`] is made to fill a disk.
const MOST_UNPACKED_PER_PACKED: u64 = 200;

/// A short file of equal rows may shrink as it likes.
const UNJUDGED_BYTES: u64 = 64 * 1024 * 1024;

/// The character set in which rows are written, by a label of the WHATWG Encoding Standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Default for Charset {
    fn default() -> Self {
        Self(UTF_8)
    }
}

impl Charset {
    /// The character set called `label`: `utf-8`, `utf8`, `iso-8859-1`, `windows-1252`, `utf-16le` and so on.
    pub fn named(label: &str) -> Option<Self> {
        // Text that calls itself ASCII and is not is UTF-8 more often than anything else.
        if matches!(label.trim().to_ascii_lowercase().as_str(), "us-ascii" | "ascii") {
            return Some(Self::default());
        }
        Encoding::for_label(label.as_bytes()).map(Self)
    }
}

/// Unpacks gzip, which its first two bytes tell, and decodes the character set. A byte order mark goes before the
/// character set that was named.
pub(super) struct Decoder {
    unpack: Unpack,
    charset: CharsetDecoder,
}

enum Unpack {
    /// Fewer than two bytes have come. `true` when the request says that they are gzip.
    Unknown(Vec<u8>, bool),
    Plain,
    Gzip {
        unpacked: Box<MultiGzDecoder<Vec<u8>>>,
        bytes_in: u64,
        bytes_out: u64,
    },
}

impl Decoder {
    /// `gzip` says that the rows must be compressed; without it the first bytes decide.
    pub(super) fn new(charset: Charset, gzip: bool) -> Self {
        Self { unpack: Unpack::Unknown(Vec::new(), gzip), charset: charset.0.new_decoder() }
    }

    /// Calls `each` with every piece of text that `bytes` make. What is not text of the character set is U+FFFD.
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let Self { unpack, charset } = self;
        let held = match unpack {
            Unpack::Unknown(first, gzip) => {
                first.extend_from_slice(bytes);
                if first.len() < GZIP.len() {
                    return Ok(());
                }
                let (first, gzip) = (std::mem::take(first), *gzip);
                *unpack = Unpack::of(&first, gzip)?;
                Some(first)
            }
            _ => None,
        };
        let bytes = held.as_deref().unwrap_or(bytes);
        match unpack {
            Unpack::Gzip { unpacked, bytes_in, bytes_out } => {
                for piece in bytes.chunks(PACKED_PIECE) {
                    unpacked.write_all(piece).map_err(|error| broken_off(&error))?;
                    let text = std::mem::take(unpacked.get_mut());
                    *bytes_in += length(piece);
                    *bytes_out += length(&text);
                    if *bytes_out > UNJUDGED_BYTES && *bytes_out / MOST_UNPACKED_PER_PACKED > *bytes_in {
                        return Err(ImportError::UnpacksTooFar);
                    }
                    decode(charset, &text, false, &mut each)?;
                }
                Ok(())
            }
            Unpack::Plain | Unpack::Unknown(..) => decode(charset, bytes, false, &mut each),
        }
    }

    /// There are no more bytes.
    pub(super) fn finish(&mut self, mut each: impl FnMut(&[u8]) -> Result<(), ImportError>) -> Result<(), ImportError> {
        let rest = match &mut self.unpack {
            Unpack::Unknown(first, false) => std::mem::take(first),
            // No bytes at all are no rows, compressed or not.
            Unpack::Unknown(first, true) if first.is_empty() => Vec::new(),
            Unpack::Unknown(_, true) => return Err(ImportError::NotGzip),
            Unpack::Plain => Vec::new(),
            Unpack::Gzip { unpacked, .. } => {
                unpacked.try_finish().map_err(|error| broken_off(&error))?;
                std::mem::take(unpacked.get_mut())
            }
        };
        decode(&mut self.charset, &rest, true, &mut each)
    }
}

impl Unpack {
    fn of(first: &[u8], gzip: bool) -> Result<Self, ImportError> {
        match (first.starts_with(&GZIP), gzip) {
            (true, _) => {
                let unpacked = Box::new(MultiGzDecoder::new(Vec::new()));
                Ok(Self::Gzip { unpacked, bytes_in: 0, bytes_out: 0 })
            }
            (false, true) => Err(ImportError::NotGzip),
            (false, false) => Ok(Self::Plain),
        }
    }
}

fn decode(
    charset: &mut CharsetDecoder,
    bytes: &[u8],
    last: bool,
    each: &mut impl FnMut(&[u8]) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut text = [0; 16 * 1024];
    let mut left = bytes;
    loop {
        let (result, read, written, _) = charset.decode_to_utf8(left, &mut text, last);
        if written > 0 {
            each(text.get(..written).unwrap_or_default())?;
        }
        left = left.get(read..).unwrap_or_default();
        if result == encoding_rs::CoderResult::InputEmpty {
            return Ok(());
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn broken_off(error: &std::io::Error) -> ImportError {
    ImportError::broken_off(&format!("the gzip data cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::{Charset, Decoder};
    use crate::import::ImportError;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn text_of(bytes: &[u8], charset: &str, gzip: bool, piece: usize) -> Result<String, ImportError> {
        let mut decoder = Decoder::new(Charset::named(charset).unwrap(), gzip);
        let mut text = Vec::new();
        let mut keep = |piece: &[u8]| {
            text.extend_from_slice(piece);
            Ok(())
        };
        for piece in bytes.chunks(piece) {
            decoder.feed(piece, &mut keep)?;
        }
        decoder.finish(&mut keep)?;
        Ok(String::from_utf8(text).unwrap())
    }

    #[test]
    fn every_way_to_write_a_word() {
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { "\u{feff}Café".encode_utf16().flat_map(order).collect() };
        for (bytes, charset, gzipped) in [
            (b"Caf\xc3\xa9".to_vec(), "utf-8", false),
            (b"\xef\xbb\xbfCaf\xc3\xa9".to_vec(), "utf8", false),
            (b"Caf\xc3\xa9".to_vec(), "US-ASCII", false),
            (b"Caf\xe9".to_vec(), "iso-8859-1", false),
            (b"Caf\xe9".to_vec(), "latin1", false),
            (utf16(u16::to_le_bytes), "utf-8", false),
            (utf16(u16::to_be_bytes), "utf-16", false),
            (gzip(b"Caf\xc3\xa9"), "utf-8", true),
            (gzip(b"Caf\xe9"), "windows-1252", false),
            ([gzip(b"Ca"), gzip(b"f\xc3\xa9")].concat(), "utf-8", true),
        ] {
            for piece in [1, 2, 3, 1000] {
                assert_eq!(text_of(&bytes, charset, gzipped, piece).unwrap(), "Café", "{charset} {bytes:?} by {piece}");
            }
        }
        assert_eq!(text_of(b"", "utf-8", true, 1).unwrap(), "");
        assert_eq!(text_of(b"x", "utf-8", false, 1).unwrap(), "x");
        assert_eq!(Charset::named("klingon"), None);
    }

    #[test]
    fn what_is_not_gzip_is_said_to_be_none() {
        assert!(matches!(text_of(b"sku,title", "utf-8", true, 3), Err(ImportError::NotGzip)));
        assert!(matches!(text_of(b"s", "utf-8", true, 3), Err(ImportError::NotGzip)));
        let packed = gzip(b"sku,title,price\n");
        let half = packed.get(..packed.len() / 2).unwrap();
        assert!(matches!(text_of(half, "utf-8", true, 7), Err(ImportError::BrokenOff { .. })));
    }

    #[test]
    fn a_stream_that_unpacks_without_end_is_stopped() {
        let packed = gzip(&vec![b' '; 80 * 1024 * 1024]);
        assert!(matches!(text_of(&packed, "utf-8", true, 4096), Err(ImportError::UnpacksTooFar)));
    }
}
