use kernel::{Currency, Money, OrderId};
use port::{Executed, PortError, conformance::Outcome};

use super::{Answer, Shop, is_late, refused, same, standing, stands};
use crate::{
    Authorize, ChargeRefusal,
    ChargeStatus::{Authorized, Captured, Declined, Pending, Voided, Voiding},
};

pub(super) async fn set_aside_and_taken(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    same("find before", &shop.find(order).await, &Ok(None))?;
    let authorized = shop.authorize(order, "tok_approve").await;
    stands("authorize", &authorized, (Authorized, 1530, 0, 0))?;
    let captured = shop.capture(order).await;
    stands("capture", &captured, (Captured, 1530, 1530, 0))?;
    let same_payment = authorized.ok().map(|charge| charge.payment) == captured.as_ref().ok().map(|it| it.payment);
    same("one payment for one order", &same_payment, &true)?;
    same("find", &shop.find(order).await, &captured.map(Some))
}

pub(super) async fn repeats(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let first = shop.authorize(order, "tok_approve").await;
    same("authorize again", &shop.authorize(order, "tok_approve").await, &first)?;
    let captured = shop.capture(order).await;
    same("capture again", &shop.capture(order).await, &captured)?;
    same("authorize after the capture", &shop.authorize(order, "tok_approve").await, &captured)
}

pub(super) async fn first_terms(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let first = shop.authorize(order, "tok_approve").await;
    let second = shop.authorize_for(order, "tok_decline", 99).await;
    same("the second answer", &second, &first)
}

pub(super) async fn declined(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let declined = |refusal: &ChargeRefusal| matches!(refusal, ChargeRefusal::Declined { .. });
    let first = shop.authorize(order, "tok_decline").await;
    refused("authorize", &first, declined)?;
    same("authorize again, with a good token", &shop.authorize(order, "tok_approve").await, &first)?;
    let illegal = |refusal: &ChargeRefusal| matches!(refusal, ChargeRefusal::IllegalMove { .. });
    refused("capture", &shop.capture(order).await, illegal)?;
    let found = shop.find(order).await.map(|charge| charge.as_ref().map(standing));
    same("find", &found, &Ok(Some((Declined, 0, 0, 0))))
}

pub(super) async fn unknown_token(shop: &Shop<'_>) -> Outcome {
    let answer = shop.authorize(shop.order(), "tok_of_nobody").await;
    refused("authorize", &answer, |refusal| matches!(refusal, ChargeRefusal::Declined { .. }))
}

pub(super) async fn unknown_method(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let amount = Money::new(100, Currency::GBP);
    let method = "barter".to_owned();
    let answer = shop.ask(Authorize { order, amount, method: method.clone(), token: "tok_approve".to_owned() }).await;
    same("authorize", &answer, &Err(PortError::Refused(ChargeRefusal::UnknownMethod { method })))?;
    same("find", &shop.find(order).await, &Ok(None))
}

pub(super) async fn card_number(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let answer = shop.authorize(order, "4111 1111 1111 1111").await;
    refused("authorize", &answer, |refusal| !refusal.to_string().contains("4111"))?;
    same("find", &shop.find(order).await, &Ok(None))
}

pub(super) async fn nothing_to_take(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let answer = shop.capture(order).await;
    same("capture", &answer, &Err(PortError::Refused(ChargeRefusal::NoPayment { order })))
}

pub(super) async fn void_frees(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    stands("authorize", &shop.authorize(order, "tok_approve").await, (Authorized, 1530, 0, 0))?;
    let freed = shop.freed(order, 1530).await?;
    same("void again", &shop.void(order).await, &Ok(Some(freed.clone())))?;
    same("find", &shop.find(order).await, &Ok(Some(freed)))?;
    let given_up = Err(PortError::Refused(ChargeRefusal::Voided { order }));
    same("authorize", &shop.authorize(order, "tok_approve").await, &given_up)?;
    same("capture", &shop.capture(order).await, &given_up)
}

pub(super) async fn void_comes_first(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    same("void", &shop.void(order).await, &Ok(None))?;
    let late = shop.authorize(order, "tok_approve").await;
    same("authorize", &late, &Err(PortError::Refused(ChargeRefusal::Voided { order })))?;
    same("void again", &shop.void(order).await, &Ok(None))?;
    same("find", &shop.find(order).await, &Ok(None))
}

pub(super) async fn void_after_capture(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    stands("authorize", &shop.authorize(order, "tok_approve").await, (Authorized, 1530, 0, 0))?;
    let captured = shop.capture(order).await;
    stands("capture", &captured, (Captured, 1530, 1530, 0))?;
    same("void", &shop.void(order).await, &captured.map(Some))
}

pub(super) async fn provider_away(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    let away: Answer = Err(PortError::Unavailable { executed: Executed::No });
    same("authorize", &shop.authorize(order, "tok_unavailable").await, &away)?;
    same("authorize again", &shop.authorize(order, "tok_unavailable").await, &away)?;
    let given_up = shop.void(order).await.map(|charge| charge.as_ref().map(standing));
    same("void", &given_up, &Ok(Some((Voided, 0, 0, 0))))?;
    let late = shop.authorize(order, "tok_approve").await;
    same("authorize after it", &late, &Err(PortError::Refused(ChargeRefusal::Voided { order })))
}

pub(super) async fn lost_answer(shop: &Shop<'_>) -> Outcome {
    comes_true(shop, "tok_timeout_then_approve").await
}

pub(super) async fn slow_provider(shop: &Shop<'_>) -> Outcome {
    comes_true(shop, "tok_slow_3s").await
}

/// Whatever is answered at first, the money is set aside in the end, and can be taken.
async fn comes_true(shop: &Shop<'_>, token: &str) -> Outcome {
    let order = shop.order();
    match shop.authorize_once(order, token).await {
        Ok(charge) if matches!(charge.status, Authorized | Pending) => {}
        Err(error) if is_late(&error) => {}
        first => return Err(format!("authorize: found {first:?}")),
    }
    same("find", &standing(&shop.decided(order).await?), &(Authorized, 1530, 0, 0))?;
    stands("authorize again", &shop.authorize(order, token).await, (Authorized, 1530, 0, 0))?;
    stands("capture", &shop.capture(order).await, (Captured, 1530, 1530, 0))
}

pub(super) async fn pending_then_approved(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    pending(shop, order, "tok_pending_then_approve").await?;
    same("find", &standing(&shop.decided(order).await?), &(Authorized, 1530, 0, 0))?;
    stands("authorize again", &shop.authorize(order, "tok_approve").await, (Authorized, 1530, 0, 0))
}

pub(super) async fn pending_then_declined(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    pending(shop, order, "tok_pending_then_decline").await?;
    let illegal = |refusal: &ChargeRefusal| matches!(refusal, ChargeRefusal::IllegalMove { .. });
    refused("capture", &shop.capture(order).await, illegal)?;
    same("find", &standing(&shop.decided(order).await?), &(Declined, 0, 0, 0))?;
    let again = shop.authorize(order, "tok_approve").await;
    refused("authorize again", &again, |refusal| matches!(refusal, ChargeRefusal::Declined { .. }))
}

pub(super) async fn pending_then_void(shop: &Shop<'_>) -> Outcome {
    let order = shop.order();
    pending(shop, order, "tok_pending_then_approve").await?;
    match shop.void(order).await {
        Ok(Some(charge)) if charge.status == Voiding || standing(&charge) == (Voided, 0, 0, 0) => {}
        other => return Err(format!("void: found {other:?}")),
    }
    let late = shop.authorize(order, "tok_pending_then_approve").await;
    same("authorize", &late, &Err(PortError::Refused(ChargeRefusal::Voided { order })))?;
    same("find", &standing(&shop.decided(order).await?), &(Voided, 0, 0, 0))
}

/// The provider says that it will tell later. Where the answer was late, it may have told by now.
async fn pending(shop: &Shop<'_>, order: OrderId, token: &str) -> Outcome {
    match shop.authorize_once(order, token).await {
        Err(error) if is_late(&error) => Ok(()),
        first => stands("authorize", &first, (Pending, 0, 0, 0)),
    }
}
