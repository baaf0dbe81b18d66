//! Finds payment card numbers in free text, so that the store can refuse to see one.

/// Whether `text` holds 13 to 19 digits in a row (single spaces or dashes between them allowed) that
/// pass the Luhn check of ISO/IEC 7812-1.
pub fn holds_card_number(text: &str) -> bool {
    let mut run: Vec<u32> = Vec::new();
    let mut gap = false;
    for letter in text.chars() {
        match letter.to_digit(10) {
            Some(digit) => {
                run.push(digit);
                gap = false;
            }
            None if matches!(letter, ' ' | '-') && !gap && !run.is_empty() => gap = true,
            None => {
                if is_card_number(&run) {
                    return true;
                }
                run.clear();
                gap = false;
            }
        }
    }
    is_card_number(&run)
}

fn is_card_number(digits: &[u32]) -> bool {
    (13..=19).contains(&digits.len()) && luhn(digits) && digits.iter().any(|&digit| digit != 0)
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| if place % 2 == 1 { doubled(digit) } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::holds_card_number;

    #[test]
    fn finds_card_numbers_however_they_are_written() {
        for card in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "pay with 5555-5555-5555-4444 please",
            "378282246310005",
            "4222222222222",
        ] {
            assert!(holds_card_number(card), "{card}");
        }
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for text in ["", "4111111111111112", "01632 960 123", "2026-11-21T22:00:00Z", "0000000000000000", "tok_approve"]
        {
            assert!(!holds_card_number(text), "{text}");
        }
    }
}
