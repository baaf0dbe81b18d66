//! The effective settings as a file that could be used, with the origin of each that is not a default.

use std::fmt::Write as _;

use ::config::{Value, ValueKind};

use super::{DEFAULTS, Loaded, layers::DEFAULT_ORIGIN, secrets::masked};

impl Loaded {
    /// In the order of the documented file. Secrets are masked.
    pub fn show(&self) -> String {
        let mut section = String::new();
        let mut shown = String::new();
        for line in DEFAULTS.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                name.0.clone_into(&mut section);
                let gap = if shown.is_empty() { "" } else { "\n" };
                let _ = writeln!(shown, "{gap}[{section}]");
            } else if let Some((member, _)) = line.split_once('=') {
                let member = member.trim();
                shown.push_str(&self.setting(&format!("{section}.{member}"), member));
            }
        }
        shown
    }

    fn setting(&self, name: &str, member: &str) -> String {
        let Some(value) = self.effective.get(name) else { return String::new() };
        let text = in_file(name, value);
        match value.origin() {
            None | Some(DEFAULT_ORIGIN) => format!("{member} = {text}\n"),
            Some(origin) => format!("{member} = {text}  # from {origin}\n"),
        }
    }
}

fn in_file(name: &str, value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => format!("{:?}", masked(name, text)),
        other => masked(name, &other.to_string()),
    }
}
