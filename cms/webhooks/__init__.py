"""Webhooks: front ends are told what changed, through rows that a worker sends (Standard Webhooks, standardwebhooks.com)."""
