use super::{holds_card_number, identifier_holds_card_number, issuer, luhn};

mod rates;

/// Numbers that schemes publish for tests, with every prefix and length that is common.
const CARDS: [&str; 19] = [
    "4111111111111111",
    "4222222222222",
    "4242424242424242",
    "4988438843884305",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "343434343434343",
    "30569309025904",
    "38520000023237",
    "36227206271667",
    "6011111111111117",
    "6445644564456445",
    "3530111333300000",
    "6200000000000005",
    "6205500000000000004",
    "6304000000000000",
    "2201382000000013",
];

fn grouped(card: &str, sizes: &[usize], gap: &str) -> String {
    let mut rest = card;
    let mut groups = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (group, left) = rest.split_at((*size).min(rest.len()));
        groups.push(group);
        rest = left;
    }
    groups.join(gap)
}

fn in_digits_from(card: &str, zero: char) -> String {
    card.chars().map(|digit| char::from_u32(u32::from(zero) + digit.to_digit(10).unwrap()).unwrap()).collect()
}

/// What programs put together of a time, a random number and a counter is no card number; what people write is one.
#[test]
fn an_identifier_holds_a_card_number_only_as_people_write_one() {
    for card in CARDS {
        for key in [
            card.to_owned(),
            format!("order-{card}"),
            grouped(card, &[4], "-"),
            format!("k {}", grouped(card, &[4], " ")),
        ] {
            assert!(identifier_holds_card_number(&key), "{key}");
        }
    }
    assert!(identifier_holds_card_number("3782-822463-10005"));
    let mut state: u64 = 7;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut taken, mut by_the_rule_for_text) = (0, 0);
    for count in 0..50_000 {
        let key = format!("load-{}{}-{:010}-{count:08}", random(32_768), random(32_768), random(1 << 30));
        taken += u32::from(identifier_holds_card_number(&key));
        by_the_rule_for_text += u32::from(holds_card_number(&key));
    }
    assert!(taken <= 5 && by_the_rule_for_text > 100, "{taken} and {by_the_rule_for_text} of 50,000");
}

#[test]
fn finds_card_numbers_however_they_are_grouped() {
    let gaps = [
        " ",
        "-",
        ".",
        "/",
        "_",
        ",",
        "  ",
        "   ",
        " - ",
        "\u{a0}",
        "\u{202f}",
        "\u{3000}",
        "\t",
        "\n",
        "\r\n",
        "\u{200b}",
        "\u{2060}",
        "\u{ad}",
        "\u{2013}",
        "\u{2011}",
        "·",
        ":",
        "|",
        "*",
        "+",
        "#",
        "\\",
        ". ",
        ", ",
        "\u{200d}-",
    ];
    let sizes: [&[usize]; 9] = [&[4], &[4, 6, 5], &[2], &[1], &[3], &[5], &[8], &[6, 13], &[4, 12]];
    for card in CARDS {
        assert!(holds_card_number(card), "{card}");
        for gap in gaps {
            for sizes in sizes {
                let text = grouped(card, sizes, gap);
                assert!(holds_card_number(&text), "{text:?}");
            }
        }
    }
}

#[test]
fn finds_card_numbers_in_digits_of_every_kind() {
    for card in CARDS {
        for zero in ['０', '٠', '۰', '०', '๐', '𝟎', '𝟘', '𝟶', '⁰'] {
            if zero != '⁰' {
                let text = in_digits_from(card, zero);
                assert!(holds_card_number(&text), "{text:?}");
                let half = format!("{}{}", &card[..6], in_digits_from(&card[6..], zero));
                assert!(holds_card_number(&half), "{half:?}");
            }
        }
        // keycaps, struck out, and with something unseen between: much of it, and such as counts as a letter
        let unseen = "\u{200b}".repeat(11);
        for behind in [&unseen, "\u{3164}", "\u{345}", "\u{fe0f}\u{20e3}", "\u{336}", "\u{200c}"] {
            let text = grouped(card, &[1], behind) + behind;
            assert!(holds_card_number(&text), "{text:?}");
        }
    }
    for text in ["④①①① ①①①① ①①①① ①①①①", "❹❶❶❶ ❶❶❶❶ ❶❶❶❶ ❶❶❶❶", "⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹", "₄₁₁₁₁₁₁₁₁₁₁₁₁₁₁₁"]
    {
        assert!(holds_card_number(text), "{text:?}");
    }
}

#[test]
fn finds_card_numbers_among_other_text_and_digits() {
    for card in CARDS {
        let fours = grouped(card, &[4], " ");
        for text in [
            format!("pay with {card} please"),
            format!("{card} 12/27"),
            format!("{fours} 12/27 123"),
            format!("{fours} 12 27"),
            format!("{card}, exp 12/2027, cvc 123"),
            format!("{card}exp1227"),
            format!(";{card}=27121010000012300000?"),
            format!("12 {card}"),
            format!("12 {fours}"),
            format!("order 1000001 {fours} 12/27"),
            format!("ring +44 20 7946 0958, card {card}"),
            format!("+44 20 7946 0958 {card}"),
            format!("1. {card}"),
            format!("card:{card}"),
            format!("card{card}"),
            format!("VISA{card}"),
            format!("k{card}"),
            format!("cc{card}x"),
            format!("no. {card}."),
            format!("order-{card}-1"),
            format!("{card}@example.com"),
            format!("\"{card}\""),
            format!("№{card}"),
            format!("カード{card}番"),
            format!("2026-11-27 {fours}"),
            format!("018f2b1c-7c4d-7b1e-9f3a-123456789012 {card}"),
        ] {
            assert!(holds_card_number(&text), "{text:?}");
        }
    }
}

#[test]
fn leaves_other_numbers_alone() {
    for text in [
        "",
        "4111111111111112",
        "01632 960 123",
        "+44 20 7946 0958 / +44 7700 900123",
        "2026-11-21T22:00:00Z",
        "0000000000000000",
        "tok_approve",
        // parcels
        "1Z999AA10123456784",
        "1Z9999994111111111",
        "1Z 999 999 41 1111 1111",
        "RM 1234 5678 9GB",
        "JD014600003889464000",
        "JJD000390007882936341",
        "00340434161094000001",
        "9400111899223456789012",
        "9400 1118 9922 3456 7890 12",
        "7012 3456 7890 1234 5678",
        "986578788855",
        // telephones and their chips
        "352099001761481",
        "35-209900-176148-1",
        "490154203237518",
        "IMEI 35 209900 176148 1",
        "8944100300000000013",
        "8944 1003 0000 0000 013",
        // articles and serials
        "4006381333931",
        "4006381000994",
        "EAN 4006381001281",
        "978-3-16-148410-0",
        "SN4111111111111111",
        "C02XL0GTJGH5",
        "S/N 5CD1234XYZ",
        // identifiers
        "018f2b1c-7c4d-7b1e-9f3a-123456789012",
        "order-411111a1-4111-4111-8111-111111111111",
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "1732723200123",
        "1732723200123456",
        "4111x1111y1111z1111",
        "192.168.100.200, 10.20.30.40",
    ] {
        assert!(!holds_card_number(text), "{text:?}");
    }
}

#[test]
fn a_prefix_alone_is_no_card_and_neither_is_a_length() {
    let digits = |text: &str| text.bytes().map(|byte| byte - b'0').collect::<Vec<u8>>();
    for (text, may) in [
        ("4111111111111111", true),
        ("411111111111111", false),
        ("5555555555554444", true),
        ("555555555555444", false),
        ("2221000000000009", true),
        ("2220999999999999", false),
        ("378282246310005", true),
        ("3782822463100053", false),
        ("9999999999999995", false),
        ("1000000000000008", false),
    ] {
        assert_eq!(issuer::may_issue(&digits(text)), may, "{text}");
    }
    assert!(luhn(&digits("490154203237518")) && !luhn(&digits("490154203237519")));
}
