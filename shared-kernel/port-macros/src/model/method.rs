//! One method of a port.

use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, GenericArgument, Ident, Lit, Meta, Pat, PatType, PathArguments, Receiver,
    Result, ReturnType, Signature, TraitItemFn, Type, ext::IdentExt, spanned::Spanned,
};

use super::Call;

const CONTEXT: &str = "the first argument after `&self` is the call's context: `cx: &CallContext`";
const RECEIVER: &str = "a port's method takes `&self`";
const ANSWER: &str = "a port's method returns `PortResult<Answer, Refusal>`";

/// A method that can be called across a wire.
pub(crate) struct Method {
    /// Doc comments, and whatever else the author put there.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) call: Call,
    /// The name by which the method's own signature knows the call's context.
    pub(crate) context: Ident,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) answer: Type,
    pub(crate) refusal: Type,
}

/// One of the values that a call carries.
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

impl Argument {
    /// Its name on the wire.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

impl Method {
    pub(crate) fn read(function: TraitItemFn) -> Result<Self> {
        let TraitItemFn { mut attrs, sig: signature, default, .. } = function;
        let call = Call::take(&signature.ident, &mut attrs)?;
        refuse_unfit(&signature)?;
        if let Some(body) = default {
            return Err(Error::new_spanned(body, "a port's method has no body: its module answers it"));
        }
        let (context, arguments) = read_inputs(&signature)?;
        let (answer, refusal) = read_output(&signature)?;
        Ok(Self { attributes: attrs, call, context, arguments, answer, refusal, signature })
    }

    pub(crate) fn ident(&self) -> &Ident {
        &self.signature.ident
    }

    /// Its name on the wire.
    pub(crate) fn name(&self) -> String {
        self.ident().unraw().to_string()
    }

    /// Its doc comment as one text.
    pub(crate) fn doc(&self) -> String {
        let lines: Vec<String> = self.attributes.iter().filter_map(doc_line).collect();
        lines.join("\n").trim().to_owned()
    }
}

fn refuse_unfit(signature: &Signature) -> Result<()> {
    if signature.asyncness.is_none() {
        return Err(Error::new_spanned(signature.fn_token, "a port's method is `async`: the module may be elsewhere"));
    }
    if !signature.generics.params.is_empty() || signature.generics.where_clause.is_some() {
        let what = "a port's method cannot be generic: both sides must know its types";
        return Err(Error::new_spanned(&signature.generics, what));
    }
    Ok(())
}

fn read_inputs(signature: &Signature) -> Result<(Ident, Vec<Argument>)> {
    let mut inputs = signature.inputs.iter();
    match inputs.next() {
        Some(FnArg::Receiver(receiver)) if is_shared_self(receiver) => {}
        Some(other) => return Err(Error::new_spanned(other, RECEIVER)),
        None => return Err(Error::new_spanned(&signature.ident, RECEIVER)),
    }
    let context = match inputs.next() {
        Some(FnArg::Typed(input)) if is_context(&input.ty) => read_name(input)?,
        Some(other) => return Err(Error::new_spanned(other, CONTEXT)),
        None => return Err(Error::new_spanned(&signature.ident, CONTEXT)),
    };
    let arguments = inputs.map(read_argument).collect::<Result<_>>()?;
    Ok((context, arguments))
}

fn is_shared_self(receiver: &Receiver) -> bool {
    receiver.reference.is_some() && receiver.mutability.is_none() && receiver.colon_token.is_none()
}

fn is_context(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    let Type::Path(path) = reference.elem.as_ref() else { return false };
    reference.mutability.is_none() && path.path.segments.last().is_some_and(|last| last.ident == "CallContext")
}

fn read_argument(input: &FnArg) -> Result<Argument> {
    let FnArg::Typed(input) = input else { return Err(Error::new_spanned(input, RECEIVER)) };
    if let Type::Reference(_) | Type::ImplTrait(_) = input.ty.as_ref() {
        return Err(Error::new_spanned(&input.ty, "an argument travels: it is owned, and of a type that has a name"));
    }
    Ok(Argument { ident: read_name(input)?, ty: (*input.ty).clone() })
}

/// An argument's name is its name on the wire, so it must have one.
fn read_name(input: &PatType) -> Result<Ident> {
    match input.pat.as_ref() {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.mutability.is_none() && pattern.subpat.is_none() => {
            Ok(pattern.ident.clone())
        }
        pattern => Err(Error::new_spanned(pattern, "an argument is a plain name: it is called so on the wire, too")),
    }
}

fn read_output(signature: &Signature) -> Result<(Type, Type)> {
    let ReturnType::Type(_, ty) = &signature.output else {
        return Err(Error::new(signature.ident.span(), ANSWER));
    };
    result_types(ty).ok_or_else(|| Error::new(ty.span(), ANSWER))
}

fn result_types(ty: &Type) -> Option<(Type, Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "PortResult")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let mut types = arguments.args.iter();
    match (types.next(), types.next(), types.next()) {
        (Some(GenericArgument::Type(answer)), Some(GenericArgument::Type(refusal)), None) => {
            Some((answer.clone(), refusal.clone()))
        }
        _ => None,
    }
}

/// The text of one line of a doc comment, without the space that follows the slashes.
fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    let line = text.value();
    pair.path.is_ident("doc").then(|| line.strip_prefix(' ').unwrap_or(&line).to_owned())
}
