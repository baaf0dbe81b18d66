//! Carts: what someone thinks of buying, at today's prices.

use std::collections::{BTreeMap, HashMap};

use catalog_contract::Quote;
use kernel::{CallContext, CartId, Currency, Money, Sku};
use kernel_db::idempotency::{self, Answer, KeyRefusal};

use super::{Orders, Request};
use crate::{
    domain::{
        Wanted,
        basket::{BasketRefusal, MAX_LINES},
    },
    error::{CartRefusal, OrderError},
    persistence::{
        carts::{self, Cart},
        keys,
    },
    view::{CartLineView, CartView},
};

impl Orders {
    /// Opens an empty cart. To know its id is to own it, so the id is random.
    pub(crate) async fn open_cart(&self, request: &Request) -> Result<Answer, OrderError> {
        let now = self.now();
        let cart = &Cart {
            id: CartId::new(self.db.seams().ids.secret()),
            version: 0,
            order: None,
            lines: Vec::new(),
            created_at: now,
            expires_at: self.config.cart_expiry(now),
        };
        if let Some(key) = &request.key
            && keys::find(self.db.reader(), key, self.keys_since()).await?.is_some_and(|placed| !placed.is_over)
        {
            return Err(KeyRefusal::Reused.into());
        }
        idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            carts::insert(&tx, cart).await?;
            Ok(Answer::new(201, Some(format!("/carts/{}", cart.id)), &CartView::of(cart, Vec::new()))?)
        })
        .await
    }

    pub(crate) async fn show_cart(&self, cx: &CallContext, id: CartId) -> Result<CartView, OrderError> {
        let cart = self.find_cart(id).await?;
        self.view_cart(cx, &cart).await
    }

    pub(crate) async fn find_cart(&self, id: CartId) -> Result<Cart, OrderError> {
        Ok(carts::find(self.db.reader(), id, self.now()).await?.ok_or(CartRefusal::NotFound(id))?)
    }

    /// Sets how many units of a SKU the cart holds; none removes it. Only what is sold can be put in, and only so much
    /// that the total can be told.
    pub(crate) async fn set_cart_line(
        &self,
        cx: &CallContext,
        id: CartId,
        line: Wanted,
    ) -> Result<CartView, OrderError> {
        if line.quantity > 0 {
            self.may_be_put_in(cx, id, &line).await?;
        }
        let (line, expires_at) = (&line, self.config.cart_expiry(self.now()));
        let cart = self
            .db
            .transact(|tx| async move {
                let cart = carts::lock(&tx, id).await?.ok_or(CartRefusal::NotFound(id))?;
                may_hold(&cart, &line.sku)?;
                carts::set_line(&tx, id, line, expires_at).await?;
                Ok::<_, OrderError>(carts::lock(&tx, id).await?.ok_or(CartRefusal::NotFound(id))?)
            })
            .await?;
        self.view_cart(cx, &cart).await
    }

    /// The cart may change between this look and the write; a checkout looks again.
    async fn may_be_put_in(&self, cx: &CallContext, id: CartId, line: &Wanted) -> Result<(), OrderError> {
        let cart = self.find_cart(id).await?;
        let others = cart.lines.into_iter().filter(|other| other.sku != line.sku);
        let wanted: Vec<Wanted> = others.chain([line.clone()]).collect();
        let quotes = self.quotes(cx, wanted.iter().map(|wanted| wanted.sku.clone()).collect()).await?;
        if !quotes.contains_key(&line.sku) {
            return Err(BasketRefusal::UnknownSku { lines: Vec::new() }.into());
        }
        // Of what is not sold any more there is no price; different currencies are not added up.
        let priced = wanted.iter().filter_map(|wanted| Some((quotes.get(&wanted.sku)?.price, wanted.quantity)));
        let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
        for (price, quantity) in priced {
            let total = totals.entry(price.currency()).or_insert(Money::zero(price.currency()));
            let more = price.checked_mul(quantity).and_then(|line| total.checked_add(line)?.exact_in_json());
            *total = more.map_err(|_| BasketRefusal::TotalTooLarge)?;
        }
        Ok(())
    }

    pub(crate) async fn delete_cart(&self, id: CartId) -> Result<(), OrderError> {
        let deleted = self.db.transact(|tx| async move { carts::delete(&tx, id).await }).await?;
        if deleted { Ok(()) } else { Err(CartRefusal::NotFound(id).into()) }
    }

    /// Prices must be had; availability is left out when it cannot be.
    async fn view_cart(&self, cx: &CallContext, cart: &Cart) -> Result<CartView, OrderError> {
        let skus: Vec<Sku> = cart.lines.iter().map(|line| line.sku.clone()).collect();
        if skus.is_empty() {
            return Ok(CartView::of(cart, Vec::new()));
        }
        let (quotes, levels) = tokio::join!(self.quotes(cx, skus.clone()), self.ports.stock.levels(cx, skus));
        let quotes = quotes?;
        let levels: HashMap<Sku, i64> =
            levels.unwrap_or_default().into_iter().map(|level| (level.sku, level.available)).collect();
        let line = |line: &Wanted| cart_line(line, quotes.get(&line.sku), levels.get(&line.sku).copied());
        Ok(CartView::of(cart, cart.lines.iter().map(line).collect()))
    }

    /// The quotes of those of `skus` that are sold now.
    async fn quotes(&self, cx: &CallContext, skus: Vec<Sku>) -> Result<HashMap<Sku, Quote>, OrderError> {
        let quotes = self.ports.prices.quote(cx, skus).await?;
        Ok(quotes.into_iter().filter(|quote| quote.sellable).map(|quote| (quote.sku.clone(), quote)).collect())
    }
}

fn may_hold(cart: &Cart, sku: &Sku) -> Result<(), CartRefusal> {
    if cart.order.is_some() {
        return Err(CartRefusal::CheckedOut);
    }
    let full = cart.lines.len() >= MAX_LINES && cart.lines.iter().all(|line| line.sku != *sku);
    if full { Err(CartRefusal::Full) } else { Ok(()) }
}

fn cart_line(line: &Wanted, quote: Option<&Quote>, available: Option<i64>) -> CartLineView {
    CartLineView {
        sku: line.sku.clone(),
        quantity: line.quantity,
        title: quote.map(|quote| quote.title.clone()),
        unit_price: quote.map(|quote| quote.price),
        total: quote.and_then(|quote| quote.price.checked_mul(line.quantity).and_then(Money::exact_in_json).ok()),
        available,
    }
}
