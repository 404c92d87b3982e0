"""From the text of a FHIRPath expression to its tree.

https://hl7.org/fhirpath/N1/#operator-precedence
"""

from __future__ import annotations

from decimal import Decimal

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.tokens import Token, tokens
from app.interop.viewdefinition.fhirpath.tree import (
    Binary,
    Call,
    Constant,
    Index,
    Literal,
    Member,
    Negative,
    Node,
    This,
)

MAX_DEPTH = 32
_STRENGTH = {
    **dict.fromkeys(("or",), 1),
    **dict.fromkeys(("and",), 2),
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-", "&"), 5),
    **dict.fromkeys(("*", "/"), 6),
}


def parse(expression: str) -> Node:
    """The tree of an expression. ViewError where it is none of the subset."""
    parser = _Parser(tokens(expression))
    found = parser.binary(1)
    if parser.next.kind != "end":
        raise ViewError(f"unexpected '{parser.next.text}' in a FHIRPath expression")
    return found


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._position = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._position]

    def _take(self) -> Token:
        token = self.next
        self._position += 1
        return token

    def _accept(self, symbol: str) -> bool:
        if self.next != Token("symbol", symbol):
            return False
        self._position += 1
        return True

    def _demand(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise ViewError(f"'{symbol}' is missing in a FHIRPath expression")

    def binary(self, least: int) -> Node:
        """Operands joined by operators that bind at least so strongly, from left to right."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ViewError(f"an expression is nested deeper than {MAX_DEPTH} levels")
        left = self._signed()
        while self.next.kind in ("symbol", "name") and _STRENGTH.get(self.next.text, 0) >= least:
            operator = self._take().text
            left = Binary(operator, left, self.binary(_STRENGTH[operator] + 1))
        self._depth -= 1
        return left

    def _signed(self) -> Node:
        if self._accept("-"):
            return Negative(self._signed())
        self._accept("+")
        return self._postfix(self._term())

    def _postfix(self, found: Node) -> Node:
        while True:
            if self._accept("."):
                found = self._invocation(found)
            elif self._accept("["):
                found = Index(found, self.binary(1))
                self._demand("]")
            else:
                return found

    def _term(self) -> Node:
        token = self.next
        if token.kind == "name" and token.text not in ("true", "false"):
            return self._invocation(None)
        if self._accept("("):
            inner = self.binary(1)
            self._demand(")")
            return inner
        return _value(self._take())

    def _invocation(self, source: Node | None) -> Node:
        token = self._take()
        if token.kind != "name":
            raise ViewError("the name of an element or function is missing in a FHIRPath expression")
        if not self._accept("("):
            return Member(source, token.text)
        return Call(source, token.text, self._arguments())

    def _arguments(self) -> tuple[Node, ...]:
        if self._accept(")"):
            return ()
        found = [self.binary(1)]
        while self._accept(","):
            found.append(self.binary(1))
        self._demand(")")
        return tuple(found)


def _value(token: Token) -> Node:
    match token.kind:
        case "string" | "moment":
            return Literal(token.text)
        case "number":
            return Literal(Decimal(token.text) if "." in token.text else int(token.text))
        case "constant":
            return Constant(token.text)
        case "this":
            return This()
        case "name":
            return Literal(token.text == "true")
    raise ViewError(f"unexpected '{token.text}' in a FHIRPath expression" if token.text else "an expression ends early")
