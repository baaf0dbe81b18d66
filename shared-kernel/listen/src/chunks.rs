//! A body in chunks (RFC 9112, 7.1): read strictly, and written again in the plainest way.
//!
//! Writing it again leaves the application's parser nothing to understand differently: no extensions, no trailers.

use bytes::{Buf as _, BytesMut};

/// The longest line that gives a chunk's size, extensions included.
const SIZE_LINE_BYTES: usize = 1024;

/// The most bytes of trailers.
const TRAILER_BYTES: usize = 8 * 1024;

/// Where the reading stands.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Size,
    Data(u64),
    /// The CR LF after a chunk's data.
    DataEnd,
    /// Bytes of trailers so far.
    Trailers(usize),
}

/// The body is not in chunks as it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What became of the bytes at hand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// A chunk has been written.
    Chunk,
    /// The last chunk has been written.
    End,
    /// More bytes are needed.
    Starved,
}

impl Chunks {
    /// Takes bytes from `from` and writes at most one chunk to `to`.
    pub(crate) fn next(&mut self, from: &mut BytesMut, to: &mut BytesMut) -> Result<Progress, Malformed> {
        loop {
            match self.state {
                State::Size => {
                    let Some(line) = line(from, SIZE_LINE_BYTES)? else { return Ok(Progress::Starved) };
                    let size = size(&line).ok_or(Malformed)?;
                    self.state = if size == 0 { State::Trailers(0) } else { State::Data(size) };
                }
                State::Data(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(from.len());
                    if here == 0 {
                        return Ok(Progress::Starved);
                    }
                    to.extend_from_slice(format!("{here:x}\r\n").as_bytes());
                    to.extend_from_slice(&from.split_to(here));
                    to.extend_from_slice(b"\r\n");
                    let left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
                    self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
                    return Ok(Progress::Chunk);
                }
                State::DataEnd => match from.as_ref() {
                    [b'\r', b'\n', ..] => {
                        from.advance(2);
                        self.state = State::Size;
                    }
                    [] | [b'\r'] => return Ok(Progress::Starved),
                    _ => return Err(Malformed),
                },
                State::Trailers(so_far) => {
                    let Some(line) = line(from, TRAILER_BYTES.saturating_sub(so_far))? else {
                        return Ok(Progress::Starved);
                    };
                    if line.is_empty() {
                        to.extend_from_slice(b"0\r\n\r\n");
                        return Ok(Progress::End);
                    }
                    self.state = State::Trailers(so_far + line.len() + 2);
                }
            }
        }
    }
}

/// A line without its CR LF, once it is whole.
fn line(from: &mut BytesMut, limit: usize) -> Result<Option<BytesMut>, Malformed> {
    let Some(feed) = from.iter().position(|byte| *byte == b'\n') else {
        return if from.len() > limit { Err(Malformed) } else { Ok(None) };
    };
    let mut line = from.split_to(feed + 1);
    line.truncate(feed);
    if feed > limit || line.last() != Some(&b'\r') {
        return Err(Malformed);
    }
    line.truncate(feed.saturating_sub(1));
    Ok(Some(line))
}

fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii_end();
    let only_digits = (1..=16).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| only_digits)?;
    u64::from_str_radix(text, 16).ok()
}
