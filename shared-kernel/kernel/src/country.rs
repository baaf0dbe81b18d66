//! ISO 3166-1 countries.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A country by its ISO 3166-1 alpha-2 code, or Kosovo.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "GB")]
pub struct Country([u8; 2]);

/// The text is not the code of a country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountryError {
    #[error("not a country code of two capital letters (ISO 3166-1), such as GB")]
    Unknown,
    #[error("not a country code of ISO 3166-1; write {0}")]
    Otherwise(&'static str),
}

/// The 249 codes that are officially assigned (ISO 3166-1, as in the time zone database's `iso3166.tab` of 2026), and `XK`.
/// Kosovo has no code of ISO's, and carriers, banks and the customs of its neighbours use this one of the user-assigned ones.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
     BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
     FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN \
     IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME \
     MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF \
     PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
     SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
     YT ZA ZM ZW XK";

/// What people write, and the code they mean.
const MISTAKEN: [(&str, &str); 3] = [("UK", "GB"), ("EL", "GR"), ("EN", "GB")];

impl Country {
    pub fn parse(code: &str) -> Result<Self, CountryError> {
        match code.as_bytes() {
            &[a, b] if CODES.split(' ').any(|known| known == code) => Ok(Self([a, b])),
            _ => Err(CountryError::of(code)),
        }
    }

    pub fn code(&self) -> &str {
        // The bytes are ASCII: `parse` is the only way in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl CountryError {
    fn of(code: &str) -> Self {
        let capitals = code.trim().to_ascii_uppercase();
        let meant = MISTAKEN.iter().find(|(mistaken, _)| *mistaken == capitals).map(|(_, meant)| *meant);
        let known = CODES.split(' ').find(|known| *known == capitals);
        meant.or(known).map_or(Self::Unknown, Self::Otherwise)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(code: String) -> Result<Self, CountryError> {
        Self::parse(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Country, CountryError};

    #[test]
    fn every_assigned_code_is_a_country() {
        let codes: Vec<&str> = CODES.split(' ').collect();
        assert_eq!(codes.len(), 250);
        for code in codes {
            assert_eq!(Country::parse(code).map(|country| country.code().to_owned()).as_deref(), Ok(code));
        }
    }

    #[test]
    fn nothing_else_is() {
        for bad in
            ["", "G", "GBR", "ZZ", "XX", "AA", "QM", "EU", "SU", "YU", "AN", "CS", "DD", "XI", "G B", "ÄÖ", "826"]
        {
            assert_eq!(Country::parse(bad), Err(CountryError::Unknown), "{bad:?}");
        }
        for (mistaken, meant) in [("UK", "GB"), ("uk", "GB"), ("gb", "GB"), (" DE", "DE"), ("EL", "GR")] {
            assert_eq!(Country::parse(mistaken), Err(CountryError::Otherwise(meant)), "{mistaken:?}");
        }
    }
}
