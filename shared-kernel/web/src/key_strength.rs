//! Whether an idempotency key is hard to guess.
//!
//! A guest has no account, so the key alone tells one guest's requests from another's: a repeat under a known key is
//! answered as the first request was, with the order's token. A key that a stranger can guess therefore opens orders.

/// As many characters as a UUID needs in base64.
const LENGTH: usize = 22;

/// The least number of different characters in random text of that length.
const DISTINCT: usize = 8;

/// Whether `key` has the length and the variety of a random one: 22 characters or more, 8 of them different, not a
/// shorter text repeated, and not mostly a run such as `000000` or `123456`.
///
/// A check of form only: it refuses counters and words, and cannot tell that a long key is random.
pub(crate) fn is_strong(key: &str) -> bool {
    let bytes = key.as_bytes();
    bytes.len() >= LENGTH && distinct(bytes) >= DISTINCT && !repeats(bytes) && !is_run(bytes)
}

fn distinct(bytes: &[u8]) -> usize {
    let mut sorted = bytes.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

/// Whether it is a text of fewer than [`LENGTH`] characters, twice or more.
fn repeats(bytes: &[u8]) -> bool {
    let longest = (bytes.len() / 2).min(LENGTH - 1);
    (1..=longest).any(|period| bytes.iter().zip(bytes.iter().skip(period)).all(|(one, other)| one == other))
}

/// Whether three in four characters are that before them, or its neighbour.
fn is_run(bytes: &[u8]) -> bool {
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let steps = pairs.filter(|(one, other)| one.abs_diff(**other) <= 1).count();
    steps * 4 >= (bytes.len() - 1) * 3
}

#[cfg(test)]
mod tests {
    use super::is_strong;

    #[test]
    fn random_keys_are_strong() {
        for key in [
            "0197c1b2-7a55-7cc3-9f0e-3b1d2a4c5e6f",
            "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d",
            "Zm9vYmFyYmF6cXV4MTIzNA",
            "load-1764262800-913246712-1",
        ] {
            assert!(is_strong(key), "{key}");
        }
    }

    #[test]
    fn keys_that_can_be_guessed_are_weak() {
        for key in [
            "1",
            "f06",
            "my-first-order",
            "k12345",
            "9b1deb4d3b7d4bad9bdd2",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabcabcabcabc",
            "my-order-my-order-my-order-",
            "123456789012345678901234567890",
            "abcdefghijklmnopqrstuvwxyz",
            "00000000-0000-0000-0000-000000000001",
            "order-0000000000000000000001",
        ] {
            assert!(!is_strong(key), "{key}");
        }
    }

    /// A UUID is refused less than once in a million times.
    #[test]
    fn uuids_are_not_refused() {
        let ids = kernel::Seams::system().ids;
        let weak = (0..50_000).filter(|_| !is_strong(&ids.secret().to_string())).count();
        assert_eq!(weak, 0);
        // As few characters as are allowed, of thirty-two different ones.
        let short = |id: u128, bits: u32| -> String {
            let digit = |place| u8::try_from((id >> (place * bits)) & ((1 << bits) - 1)).unwrap();
            (0..22).map(|place| char::from(b'A' + digit(place))).collect()
        };
        let weak = (0..50_000).filter(|_| !is_strong(&short(ids.secret().as_u128(), 5))).count();
        assert!(weak < 5, "{weak}");
    }
}
