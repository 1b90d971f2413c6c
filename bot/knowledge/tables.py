"""The knowledge base as SQL tables."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, DateTime, ForeignKey, Integer, MetaData, String, Table, Text

metadata = MetaData()

versions = Table(
    "knowledge_versions",
    metadata,
    Column("version", String(12), primary_key=True),
    Column("built_at", DateTime(timezone=True), nullable=False),
)
groups = Table(
    "knowledge_groups",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", String(120), nullable=False),
)
sources = Table(
    "knowledge_sources",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("by", Text),
    Column("year", String(16)),
    Column("kind", String(32), nullable=False),
    Column("identifier", Text),
    Column("url", Text),
    Column("status", String(16), nullable=False),
    Column("read", Text, nullable=False),
)
facts = Table(
    "knowledge_facts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("section", Text, nullable=False),
    Column("strength", String(32), nullable=False),
    Column("status", Text, nullable=False),
    Column("sources", JSON, nullable=False),
)
topics = Table(
    "knowledge_topics",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("group", String(64), ForeignKey(groups.c.id), nullable=False, index=True),
    Column("title", String(60), nullable=False),
    Column("button", String(20), nullable=False),
    Column("ask", Text, nullable=False),
    Column("grade", String(16), nullable=False),
    Column("because", Text, nullable=False),
    Column("consult", JSON, nullable=False),
    Column("related", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("differences", JSON, nullable=False),
    Column("review_status", String(16), nullable=False),
    Column("review_written", Date, nullable=False),
    Column("review_due", Date, nullable=False),
    Column("review_by", Text),
    Column("review_on", Date),
)
questions = Table(
    "knowledge_questions",
    metadata,
    Column("topic", String(64), ForeignKey(topics.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
)
sentences = Table(
    "knowledge_sentences",
    metadata,
    Column("topic", String(64), ForeignKey(topics.c.id), primary_key=True),
    Column("part", String(8), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(4), nullable=False),
    Column("text", Text, nullable=False),
    Column("sources", JSON, nullable=False),
)
