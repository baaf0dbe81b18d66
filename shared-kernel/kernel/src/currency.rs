//! ISO 4217 currencies.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A currency by its ISO 4217 alphabetic code. It knows how many minor units make a major one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$", example = "GBP")]
pub struct Currency([u8; 3]);

/// The text is not the code of a currency that money is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 currency code")]
pub struct CurrencyError;

/// Active ISO 4217 codes by their number of decimal digits, up to amendment 180 (XCG for ANG, Bulgaria's lev gone).
///
/// Ariary and ouguiya are divided into fifths, and ISO gives them two digits. Metals, testing codes, units of accounting
/// and funds codes are left out: no product is priced in them. The two funds codes of four digits are in, since contracts
/// in Chile and Uruguay are priced in them.
const CODES: [(u32, &str); 4] = [
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC \
         CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR \
         JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO \
         NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
         SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    pub const GBP: Self = Self(*b"GBP");
    pub const EUR: Self = Self(*b"EUR");
    pub const USD: Self = Self(*b"USD");
    pub const JPY: Self = Self(*b"JPY");

    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        let known = CODES.iter().any(|(_, codes)| codes.split(' ').any(|known| known == code));
        match code.as_bytes() {
            &[a, b, c] if known => Ok(Self([a, b, c])),
            _ => Err(CurrencyError),
        }
    }

    pub fn code(&self) -> &str {
        // The bytes are ASCII: `parse` and the constants are the only ways in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimal digits the minor unit has: 2 for GBP, 0 for JPY, 3 for KWD.
    pub fn digits(self) -> u32 {
        let mine = |codes: &str| codes.split(' ').any(|known| known == self.code());
        CODES.iter().find(|(_, codes)| mine(codes)).map_or(2, |(digits, _)| *digits)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        Self::parse(code)
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;

    fn try_from(code: String) -> Result<Self, CurrencyError> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Currency};

    #[test]
    fn every_code_round_trips_with_its_digits() {
        for (digits, codes) in CODES {
            for code in codes.split(' ') {
                let currency = Currency::parse(code).unwrap();
                assert_eq!((currency.code(), currency.digits()), (code, digits));
            }
        }
    }

    #[test]
    fn refuses_what_is_not_a_currency() {
        for bad in ["", "GB", "gbp", "GBPX", "XXX", "ABC", "EU "] {
            assert!(Currency::parse(bad).is_err(), "{bad:?}");
        }
        for other in "XTS XXX XAU XAG XPT XPD XDR XSU XUA XAD XBA XBB XBC XBD USN CHE CHW COU MXV BOV UYI".split(' ') {
            assert!(Currency::parse(other).is_err(), "{other}: no money of a shop's");
        }
        for gone in "DEM FRF HRK BGN LTL SLL ZWL ZMK MGF MRO BYR VEF VEB CUC ANG TRL RUR STD SDD GHC".split(' ') {
            assert!(Currency::parse(gone).is_err(), "{gone}: withdrawn");
        }
    }

    #[test]
    fn each_has_the_digits_that_iso_gives_it() {
        for (code, digits) in [
            ("MGA", 2),
            ("MRU", 2),
            ("GBP", 2),
            ("HUF", 2),
            ("TWD", 2),
            ("JPY", 0),
            ("ISK", 0),
            ("UGX", 0),
            ("CLP", 0),
            ("KRW", 0),
            ("KWD", 3),
            ("IQD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
        ] {
            assert_eq!(Currency::parse(code).map(Currency::digits), Ok(digits), "{code}");
        }
        let count = |digits: u32| CODES.iter().find(|(d, _)| *d == digits).map(|(_, codes)| codes.split(' ').count());
        assert_eq!([count(0), count(2), count(3), count(4)], [Some(16), Some(132), Some(7), Some(2)]);
    }
}
