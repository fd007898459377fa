package dev.lakebase.client;

/** What a database credential is for: an endpoint, or an instance of the Provisioned tier. */
public sealed interface CredentialTarget permits EndpointName, InstanceName {}
