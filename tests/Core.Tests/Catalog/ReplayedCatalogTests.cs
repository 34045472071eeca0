using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

// The rules, on a registry that runs every transaction several times: they have no effect but their rows.
public sealed class ReplayedPoolCatalogTests() : PoolCatalogTests(CreateReplayed());

public sealed class ReplayedTaskCatalogTests() : TaskCatalogTests(CreateReplayed());

public sealed class ReplayedTaskRegistrationTests() : TaskRegistrationTests(CreateReplayed());

public sealed class ReplayedSessionCatalogTests() : SessionCatalogTests(CreateReplayed());

public sealed class ReplayedPublicationTests() : PublicationTests(CreateReplayed());

public sealed class ReplayedRetentionTests() : RetentionTests(CreateReplayed());

public sealed class ReplayedRequestIdTests() : RequestIdTests(CreateReplayed());

public sealed class ReplayedPromisesTests() : PromisesTests(CreateReplayed());
