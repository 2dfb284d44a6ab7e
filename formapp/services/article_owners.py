"""Who is written to about which article."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from formapp.address import UnusableAddress, bare_address, mailbox_of
from formapp.mail.feedback_letters import NamedArticle
from formapp.models import Article
from formapp.services.desk import Desk


@dataclass(frozen=True)
class Owners:
    """The articles that were read by `formapp articles sync`, by their ids, and the addresses of those whose owner is one.

    A mailbox has one address: the editors', or as the first article by its id spells it.
    """

    articles: Mapping[str, Article]
    addresses: Mapping[str, str]
    editors: str
    base_url: str

    @classmethod
    def read(cls, session: Session, desk: Desk) -> Self:
        """Return them as they are now."""
        articles = {article.id: article for article in session.scalars(select(Article).order_by(Article.id))}
        spellings = {mailbox_of(desk.editors_email): desk.editors_email}
        addresses = {
            article.id: spellings.setdefault(mailbox_of(address), address)
            for article in articles.values()
            if (address := _address(article.owner))
        }
        return cls(articles, addresses, desk.editors_email, desk.links.base_url)

    def address_of(self, article_id: str) -> str:
        """Return the owner's address, or the editors' for an article that nobody with an address owns."""
        return self.addresses.get(article_id, self.editors)

    def are_of(self, recipient: str, article_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that a column's article is one that `recipient` is written to about."""
        if recipient == self.editors:
            return article_id.not_in([article for article, address in self.addresses.items() if address != recipient])
        return article_id.in_([article for article, address in self.addresses.items() if address == recipient])

    def named(self, article_id: str) -> NamedArticle:
        """Return an article as letters name it: by its id until it was read, without an address unless it asks whether it helped."""
        article = self.articles.get(article_id)
        if article is None:
            return NamedArticle(article_id, None)
        return NamedArticle(article.title, None if article.removed_at else f"{self.base_url}/{article.path}")


def _address(owner: str) -> str | None:
    try:
        return bare_address(owner)
    except UnusableAddress:
        return None
