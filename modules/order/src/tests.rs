//! The module over real databases: SQLite always, Postgres too when `BANYAN_TEST_POSTGRES` names one.

mod answers;
mod buyer;
mod calling_off;
mod cancelling;
mod carts;
mod checking;
mod concurrency;
mod document;
mod fakes;
mod faults;
mod feeds;
mod golden;
mod goods;
mod keys;
mod listing;
mod placing;
mod plans;
mod prices;
mod reacting;
mod refusing;
mod returning;
mod searching;
mod secrets;
mod shop;
mod snapshots;
mod unpaid;
