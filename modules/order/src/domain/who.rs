/// The buyer of an order, without identifying them: keyed hashes of the network address and the email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) client: String,
    pub(crate) buyer: String,
}
