//! Which module answers which path, and what wraps every answer.

use std::{net::TcpListener, rc::Rc, sync::Arc};

use actix_web::{App, dev::Server, http::Method, middleware::from_fn, web::Data};
use kernel_listen::{Connections, Server as Listening};
use kernel_module::Module;
use kernel_web::{API_BASE, BodyDeadline, Guard, MethodTable};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, scope, service_config::ServiceConfig};

use crate::{
    docs, edge, events_view, gzip, health, listen, modules_view, observe::Observer, page, placement::facade,
    route_table::RouteTable, store::state::Store,
};

/// Programs that watch the store at once.
const OPERATOR_CONNECTIONS: usize = 64;

/// Every documented operation. Modules come first, and the one that is read most before the others.
pub(crate) fn mount(config: &mut ServiceConfig<'_>, modules: &[Arc<dyn Module>]) {
    config.service(scope(API_BASE).configure(|api: &mut ServiceConfig<'_>| {
        for module in modules {
            module.routes(api);
        }
        api.service(modules_view::modules).service(modules_view::place);
        api.service(events_view::list_readers);
        api.service(events_view::retry_event).service(events_view::skip_event).service(events_view::seek_reader);
    }));
    config.service(health::live).service(health::ready).service(health::metrics).service(page::page);
}

/// What the default service needs to tell a wrong method from an unknown path.
pub(crate) fn methods(document: &OpenApi) -> MethodTable {
    docs::PATHS.iter().fold(MethodTable::from_openapi(document), |table, path| table.and(path, &[Method::GET]))
}

/// By what figures are kept.
pub(crate) fn table(document: &OpenApi) -> RouteTable {
    RouteTable::new(document.paths.paths.keys().map(String::as_str).chain(docs::PATHS))
}

/// What the operator's listener serves: health in detail, and figures.
pub(crate) fn operator_server(store: &Arc<Store>, listener: TcpListener) -> std::io::Result<Server> {
    let listening = Listening {
        workers: 1,
        timeouts: store.settings.http.timeouts(),
        connections: Connections::new(OPERATOR_CONNECTIONS, 0),
        stop_seconds: 2,
    };
    let store = Arc::clone(store);
    let app = move || {
        App::new()
            .app_data(Data::new(store.running.clone()))
            .app_data(health::OperatorListener)
            .service(health::live)
            .service(health::ready)
            .service(health::metrics)
            .configure(|config| store.boundary.configure(config))
            .wrap(Guard)
    };
    listening.serve(listener, app)
}

/// The server of `store`, which starts when it is polled.
pub(crate) fn server(store: &Arc<Store>, listener: TcpListener) -> std::io::Result<Server> {
    let http = &store.settings.http;
    let workers = match http.workers {
        0 => std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        workers => workers,
    };
    let listening = Listening {
        workers,
        timeouts: http.timeouts(),
        connections: store.running.connections.public.clone(),
        stop_seconds: 2,
    };
    let store = Arc::clone(store);
    let app = move || {
        let (switchboard, edge) = (Arc::clone(&store.switchboard), Arc::clone(&store.edge));
        let (metrics, stopping) = (store.running.metrics.clone(), Arc::clone(&store.stopping));
        let observer = Rc::new(Observer::new(metrics, Arc::clone(&store.routes), stopping));
        App::new()
            .app_data(Data::new(store.running.clone()))
            .into_utoipa_app()
            .configure(|config| mount(config, store.modules()))
            .into_app()
            .app_data(BodyDeadline(store.settings.http.timeouts().body))
            .configure(|config| docs::configure(config, store.document.clone()))
            .configure(|config| store.boundary.configure(config))
            .wrap(from_fn(move |request, next| facade::forward(Arc::clone(&switchboard), request, next)))
            .wrap(from_fn(move |request, next| edge::public(Arc::clone(&edge), request, next)))
            .wrap(from_fn(listen::admit))
            .wrap(Guard)
            .wrap(from_fn(gzip::gzip))
            .wrap(from_fn(move |request, next| {
                let observer = Rc::clone(&observer);
                async move { observer.observe(request, next).await }
            }))
    };
    listening.serve(listener, app)
}
