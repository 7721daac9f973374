//! An address with the methods it takes, in one line of the list of routes.

use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, web};

use super::error::HttpError;

/// An address of a site. Whatever it does not take is a 405 that says what it takes; `OPTIONS` is answered, and does
/// nothing.
pub struct Address {
    resource: Resource,
    allow: Vec<&'static str>,
}

/// The address with these patterns.
#[must_use]
pub fn at<const N: usize>(patterns: [&str; N]) -> Address {
    Address { resource: web::resource(patterns.map(str::to_owned).to_vec()), allow: vec!["OPTIONS"] }
}

impl Address {
    /// `GET`, and `HEAD` by the same handler: the server leaves the body away.
    #[must_use]
    pub fn reads<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.takes("GET", Method::GET, handler.clone()).takes("HEAD", Method::HEAD, handler)
    }

    /// `POST`.
    #[must_use]
    pub fn posts<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.takes("POST", Method::POST, handler)
    }

    /// `GET` by one handler and `HEAD` by another, where a `GET` counts.
    #[must_use]
    pub fn reads_apart<F, G, Args>(self, get: F, head: G) -> Self
    where
        F: Handler<Args>,
        G: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
        G::Output: Responder + 'static,
    {
        self.takes("GET", Method::GET, get).takes("HEAD", Method::HEAD, head)
    }

    fn takes<F, Args>(self, name: &'static str, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.takes_route(name, web::method(method).to(handler))
    }

    /// A method by a route that was made elsewhere.
    #[must_use]
    pub fn takes_route(mut self, name: &'static str, route: Route) -> Self {
        self.allow.push(name);
        Self { resource: self.resource.route(route), ..self }
    }

    /// The finished line.
    #[must_use]
    pub fn done(self) -> Resource {
        let allow = self.allow.join(", ");
        self.resource.default_service(web::to(move |request: HttpRequest| {
            let allow = allow.clone();
            async move {
                if request.method() == Method::OPTIONS {
                    Ok(HttpResponse::NoContent().insert_header((ALLOW, allow)).finish())
                } else {
                    Err(HttpError::MethodNotAllowed(allow))
                }
            }
        }))
    }
}

/// Whatever no line of the list has.
///
/// # Errors
/// [`HttpError::NotFound`], always.
pub async fn nowhere() -> Result<HttpResponse, HttpError> {
    Err(HttpError::NotFound)
}
