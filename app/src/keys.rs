//! The two secrets of a store, and what is made from them.
//!
//! Those that the settings do not give are made on the first start and kept in the data folder, readable by no one
//! else. Their paths may be shown, never what is in them.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Ids;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{config::Settings, databases::make_folder};

mod rules;

pub(crate) use rules::usable;

/// A store's secrets.
#[derive(Debug, Clone)]
pub struct Keys {
    /// What admin operations must show.
    pub admin: SecretString,
    /// What order tokens and webhook signatures are made from.
    pub server: SecretString,
    /// Key files that this start has made.
    pub made: Vec<PathBuf>,
}

impl Keys {
    /// The configured secrets, else those in the data folder, which are made when they are not there.
    pub fn of(settings: &Settings, ids: &dyn Ids) -> anyhow::Result<Self> {
        let mut made = Vec::new();
        let mut key = |name: &str, configured: &SecretString, file: &str| {
            if !configured.expose_secret().trim().is_empty() {
                return rules::usable(name, configured);
            }
            let file = settings.data.folder.join(file);
            if !file.exists() {
                make(&file, ids)?;
                made.push(file.clone());
            }
            let key = read(&file)?.with_context(|| format!("{} has vanished", file.display()))?;
            rules::usable(&file.display().to_string(), &key)
        };
        let admin = key("admin.key", &settings.admin.key, "admin.key")?;
        let server = key("server.secret", &settings.server.secret, "server.key")?;
        let service = &settings.service;
        rules::differ(&[("admin.key", &admin), ("server.secret", &server), ("service.key", &service.key)])?;
        Ok(Self { admin, server, made })
    }
}

/// The key in `file`; `None` when there is no such file.
pub fn read(file: &Path) -> anyhow::Result<Option<SecretString>> {
    let key = match std::fs::read_to_string(file) {
        Ok(key) => key,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read the key in {}", file.display())),
    };
    if key.trim().is_empty() {
        bail!("{} is empty; delete it, and the next start makes a new key", file.display());
    }
    if let Err(error) = kernel_db::private::mend(file) {
        tracing::warn!(file = %file.display(), %error, "others can read this key; say chmod 600");
    }
    Ok(Some(key.trim().into()))
}

/// Two concurrent starts make one key: the second finds the file.
fn make(file: &Path, ids: &dyn Ids) -> anyhow::Result<()> {
    let random = [ids.secret(), ids.secret(), ids.secret()].map(Uuid::into_bytes).concat();
    let key = URL_SAFE_NO_PAD.encode(Sha256::digest(random));
    let failed = || format!("cannot write a key to {}", file.display());
    file.parent().map_or(Ok(()), make_folder).with_context(failed)?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut open) => {
            writeln!(open, "{key}").with_context(failed)?;
            open.sync_all().with_context(failed)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(failed),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use kernel::clock::SystemIds;
    use secrecy::ExposeSecret;

    use super::{Keys, read};
    use crate::config::{Environment, Settings, load};

    fn settings(folder: &std::path::Path) -> Settings {
        let file = folder.join("banyan.toml");
        std::fs::write(&file, format!("[data]\nfolder = {folder:?}\n")).unwrap();
        load(Some(&file), &Environment::default()).unwrap().settings
    }

    #[test]
    fn keys_are_made_once_and_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::of(&settings(folder.path()), &SystemIds).unwrap();
        assert_eq!(first.made, [folder.path().join("admin.key"), folder.path().join("server.key")]);
        for file in &first.made {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let second = Keys::of(&settings(folder.path()), &SystemIds).unwrap();
        assert!(second.made.is_empty());
        assert_eq!(first.admin.expose_secret(), second.admin.expose_secret());
        assert_ne!(first.admin.expose_secret(), first.server.expose_secret());
        assert_eq!(first.admin.expose_secret().len(), 43, "256 bits");
    }

    #[test]
    fn configured_secrets_need_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        settings.admin.key = format!(" {}\n", "1".repeat(32)).into();
        settings.server.secret = "2".repeat(32).into();
        let keys = Keys::of(&settings, &SystemIds).unwrap();
        assert_eq!((keys.admin.expose_secret().to_owned(), keys.made.len()), ("1".repeat(32), 0), "trimmed");
        assert!(!folder.path().join("admin.key").exists());
    }

    /// From the environment and from a file, a key is held to the same rules.
    #[test]
    fn weak_keys_are_refused_with_how_to_make_one() {
        for (key, word) in [
            ("x", "1 character"),
            (&"x".repeat(31), "31 characters"),
            (&format!("{}\n{}", "x".repeat(32), "y".repeat(32)), "line breaks"),
            (&format!("{}\t{}", "x".repeat(32), "y"), "control"),
            (&"é".repeat(40), "ASCII"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let mut settings = settings(folder.path());
            settings.admin.key = key.into();
            let from_settings = Keys::of(&settings, &SystemIds).unwrap_err().to_string();
            settings.admin.key = "".into();
            std::fs::write(folder.path().join("admin.key"), format!("{key}\n")).unwrap();
            let from_file = Keys::of(&settings, &SystemIds).unwrap_err().to_string();
            for refused in [from_settings, from_file] {
                assert!(refused.contains("admin.key") && refused.contains(word), "{word}: {refused}");
                assert!(
                    refused.contains("openssl rand -hex 32") && (key.len() < 9 || !refused.contains(key)),
                    "{refused}"
                );
            }
        }
    }

    #[test]
    fn one_key_opens_one_thing() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        let (one, two) = ("1".repeat(32), "2".repeat(32));
        (settings.admin.key, settings.server.secret) = (one.as_str().into(), format!("{one} ").into());
        let refused = Keys::of(&settings, &SystemIds).unwrap_err().to_string();
        assert!(refused.contains("admin.key and server.secret are the same"), "{refused}");
        (settings.server.secret, settings.service.key) = (two.as_str().into(), two.as_str().into());
        let refused = Keys::of(&settings, &SystemIds).unwrap_err().to_string();
        assert!(refused.contains("server.secret and service.key are the same"), "{refused}");
    }

    #[test]
    fn an_empty_key_file_is_refused_and_a_missing_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("admin.key");
        assert!(read(&file).unwrap().is_none());
        std::fs::write(&file, "\n").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("is empty"));
    }
}
