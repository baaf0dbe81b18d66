use kernel::Money;

/// Whose money it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Account {
    /// The buyer's own.
    Buyer,
    /// The buyer's still, and promised to the store.
    SetAside,
    /// The store's.
    Taken,
}

/// Money that moves from one account to another: a debit and a credit of the same amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posting {
    pub(crate) debit: Account,
    pub(crate) credit: Account,
    pub(crate) amount: Money,
}

impl Account {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::SetAside => "set_aside",
            Self::Taken => "taken",
        }
    }
}

impl Posting {
    pub(crate) const fn authorization(amount: Money) -> Self {
        Self { debit: Account::SetAside, credit: Account::Buyer, amount }
    }

    pub(crate) const fn capture(amount: Money) -> Self {
        Self { debit: Account::Taken, credit: Account::SetAside, amount }
    }

    pub(crate) const fn void(amount: Money) -> Self {
        Self { debit: Account::Buyer, credit: Account::SetAside, amount }
    }

    pub(crate) const fn refund(amount: Money) -> Self {
        Self { debit: Account::Buyer, credit: Account::Taken, amount }
    }
}
