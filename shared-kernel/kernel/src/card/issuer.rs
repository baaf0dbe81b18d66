//! Which numbers issuers give out: prefixes (IIN, ISO/IEC 7812-1) and lengths, as card schemes publish them.

/// The numbers of one scheme: first digits from `first` to `last`, both of `places` digits, and how many digits in all.
struct Range {
    first: u32,
    last: u32,
    places: usize,
    lengths: &'static [usize],
}

const fn range(first: u32, last: u32, places: usize, lengths: &'static [usize]) -> Range {
    Range { first, last, places, lengths }
}

const LONG: &[usize] = &[16, 17, 18, 19];

/// Test ranges and schemes of the past whose numbers are no longer in use (Solo, Switch, Laser, enRoute, UATP) are left out.
const RANGES: [Range; 36] = [
    // Visa; numbers of 13 digits are old.
    range(4, 4, 1, &[13, 16, 19]),
    // Mastercard
    range(51, 55, 2, &[16]),
    range(2221, 2720, 4, &[16]),
    // American Express
    range(34, 34, 2, &[15]),
    range(37, 37, 2, &[15]),
    // Diners Club
    range(300, 305, 3, &[14, 16, 17, 18, 19]),
    range(3095, 3095, 4, &[14, 16, 17, 18, 19]),
    range(36, 36, 2, &[14, 16, 17, 18, 19]),
    range(38, 39, 2, &[14, 16, 17, 18, 19]),
    // Discover
    range(6011, 6011, 4, LONG),
    range(644, 649, 3, LONG),
    range(65, 65, 2, LONG),
    // UnionPay
    range(62, 62, 2, LONG),
    range(81, 81, 2, LONG),
    // JCB
    range(3528, 3589, 4, LONG),
    // Maestro
    range(5018, 5018, 4, &[13, 14, 15, 16, 17, 18, 19]),
    range(5020, 5020, 4, &[13, 14, 15, 16, 17, 18, 19]),
    range(5038, 5038, 4, &[13, 14, 15, 16, 17, 18, 19]),
    range(5893, 5893, 4, &[13, 14, 15, 16, 17, 18, 19]),
    range(6304, 6304, 4, &[13, 14, 15, 16, 17, 18, 19]),
    range(6759, 6759, 4, &[13, 14, 15, 16, 17, 18, 19]),
    range(6761, 6763, 4, &[13, 14, 15, 16, 17, 18, 19]),
    // Dankort
    range(5019, 5019, 4, &[16]),
    // Mir
    range(2200, 2204, 4, LONG),
    // RuPay, Hipercard
    range(60, 60, 2, &[16, 19]),
    range(508, 508, 3, &[16]),
    range(82, 82, 2, &[16]),
    // InterPayment, InstaPayment
    range(636, 636, 3, LONG),
    range(637, 639, 3, &[16]),
    // Verve, Elo
    range(506, 507, 3, &[16, 18, 19]),
    range(509, 509, 3, &[16]),
    range(504_175, 504_175, 6, &[16]),
    // Troy
    range(9792, 9792, 4, &[16]),
    // UzCard, Humo
    range(8600, 8600, 4, &[16]),
    range(9860, 9860, 4, &[16]),
    // Napas
    range(9704, 9704, 4, &[16, 19]),
];

/// Whether some issuer gives out numbers of this length that begin so.
pub(super) fn may_issue(digits: &[u8]) -> bool {
    RANGES.iter().any(|range| range.lengths.contains(&digits.len()) && range.begins(digits))
}

impl Range {
    fn begins(&self, digits: &[u8]) -> bool {
        let prefix = digits.iter().take(self.places).fold(0, |number: u32, &digit| 10 * number + u32::from(digit));
        (self.first..=self.last).contains(&prefix)
    }
}
