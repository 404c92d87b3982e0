"""/docs: every route on one page, from the OpenAPI document, without anything loaded from elsewhere.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; }
h2 { margin-top: 2.5rem; } section { border-top: 1px solid #ccc; padding: 0.5rem 0; }
code { font: 14px/1.5 ui-monospace, monospace; } b.method { display: inline-block; min-width: 3.5rem; color: #0a5; }
table { border-collapse: collapse; } td { padding: 0.1rem 1.5rem 0.1rem 0; vertical-align: top; }
"""
_FHIR = """
<h2>FHIR</h2><p>R4 as JSON under <code>/fhir</code>: <a href="/fhir/metadata"><code>/fhir/metadata</code></a>,
<code>/fhir/{type}/{id}</code>, <code>…/_history</code>, <code>…/_history/{version}</code>,
<code>/fhir/ResearchStudy/{id}/$everything</code>, <code>/fhir/ResearchSubject/{id}/$everything</code>
(<code>_count</code>, <code>_type</code>).</p>
"""


def install(app: FastAPI) -> None:
    """Serve the page."""

    def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    app.add_route("/docs", docs, include_in_schema=False)


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(found)}" for name, found in groups.items())
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    link = '<p><a href="/openapi.json">/openapi.json</a></p>'
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1>{link}{body}{_FHIR}</body></html>'


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(_parameter(item) for item in operation.get("parameters", ()))
    about = f"<p>{escape(operation.get('summary', ''))}. {escape(operation.get('description', ''))}</p>"
    name = f'<b class="method">{escape(method.upper())}</b> <code>{escape(path)}</code>'
    return f"<section>{name}{about}<table>{rows}</table></section>"


def _parameter(item: dict[str, Any]) -> str:
    about = item.get("description", "")
    return f"<tr><td><code>{escape(item['name'])}</code></td><td>{escape(item['in'])}</td><td>{escape(about)}</td></tr>"
