//! What customers and shopkeepers do, told once for each database.

mod browsing;
mod buying;
mod cancelling;
mod carts;
mod catalog;
mod clocks;
mod forgetting;
mod fulfilling;
mod imports;
mod orders;
mod payments;
mod returning;
mod stock;
mod system;
mod tokens;
mod webhooks;
