//! The rules of `ARCHITECTURE.md` that a machine can keep, and for each the proof that it can be broken.

#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod host;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod sources;
