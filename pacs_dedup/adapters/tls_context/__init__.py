"""TLS contexts made of a site's certificate files, for both roles, and made anew when the files are renewed."""

from pacs_dedup.adapters.tls_context.contexts import RenewedContext, TlsFiles, client_context, server_context
from pacs_dedup.adapters.tls_context.ourselves import ListenerContexts, check_context, own_certificate

__all__ = [
    "ListenerContexts",
    "RenewedContext",
    "TlsFiles",
    "check_context",
    "client_context",
    "own_certificate",
    "server_context",
]
