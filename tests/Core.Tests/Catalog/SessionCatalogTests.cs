using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class SessionCatalogTests : IDisposable
{
    private readonly TestWorld _world;

    public SessionCatalogTests()
        : this(Create())
    {
    }

    private protected SessionCatalogTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Open_UntrainedTask_BeginsWithItsInitialHeads()
    {
        var pool = await _world.PoolAsync("acme", "p1", spec: Pissa);
        var task = await _world.TaskAsync("acme", "t", pool);

        var session = await _world.OpenAsync("acme", pool, [task]);

        Assert.Equal(("acme", 1, true), (session.Opener.Value, session.PoolVersion.Number, session.PoolTrainable));
        Assert.Equal("{\"steps\":3}", session.SettingsJson);
        Assert.Equal([new SessionTaskSnapshot(task, Full, 1, null, true)], session.Tasks);
        Assert.Equal(new SessionStand(null, null, 0, null, null), session.Stand);
        Assert.Equal(CatalogJson.Write(session), CatalogJson.Write(await _world.Sessions.GetAsync(Tenant("acme"), session.Name, Cancellation)));
        Assert.Equal(CatalogJson.Write(session), CatalogJson.Write(Assert.Single(await _world.Sessions.ListOpenAsync(Cancellation))));
    }

    [Fact]
    public async Task Open_AtThePoolVersionItIsPinnedTo_KeepsItsHeads()
    {
        var (pool, task) = await TrainedAsync();

        var session = await _world.OpenAsync("acme", pool, [task]);

        var heads = (await _world.ResolveAsync(task, 2)).Heads;
        Assert.Equal([new SessionTaskSnapshot(task, Full, 2, heads, true)], session.Tasks);
    }

    [Fact]
    public async Task Open_UntrainedTaskAtALaterPoolVersion_GetsNewHeadsForIt()
    {
        var (pool, _) = await TrainedAsync();
        var fresh = (await _world.Tasks.RegisterAsync(By("acme"), Name("acme", "fresh"), pool, 1, Full, [], Cancellation)).Task.Name;

        var session = await _world.OpenAsync("acme", pool, [fresh], poolVersion: 2);

        Assert.Equal([new SessionTaskSnapshot(fresh, Full, null, null, false)], session.Tasks);
    }

    [Fact]
    public async Task Open_UntrainedTaskOfALaterVersionAtVersionOne_GetsTheInitialisationsHeads()
    {
        var (pool, _) = await TrainedAsync();
        var fresh = await _world.TaskAsync("acme", "fresh", pool);

        var session = await _world.OpenAsync("acme", pool, [fresh], poolVersion: 1);

        Assert.Equal([new SessionTaskSnapshot(fresh, Full, null, null, true)], session.Tasks);
    }

    [Fact]
    public async Task Open_TrainedTaskAtAnotherPoolVersion_IsRefusedNamingBothUnlessRebased()
    {
        var (pool, task) = await TrainedAsync();
        var other = await _world.TaskAsync("acme", "other", pool);
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [other]));

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.OpenAsync("acme", pool, [task]));
        Assert.Contains("pools/p1/versions/2", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("pools/p1/versions/3", rejection.Message, StringComparison.Ordinal);

        var session = await _world.OpenAsync("acme", pool, [task], rebase: true);
        Assert.Equal([new SessionTaskSnapshot(task, Full, 2, (await _world.ResolveAsync(task)).Heads, true)], session.Tasks);
    }

    [Fact]
    public async Task Open_WithAVersionAtThePoolVersionThatIsNotServed_GoesOnFromIt()
    {
        var (pool, task) = await TrainedAsync();
        await _world.ServeAsync("acme", task, 1);

        Assert.Equal(2, Assert.Single((await _world.OpenAsync("acme", pool, [task])).Tasks).Version);
    }

    [Fact]
    public async Task Open_TaskInAnotherSession_IsRefusedUntilThatIsClosed()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Train));
        var session = await _world.OpenAsync("acme", pool, [task]);

        var toOpener = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.OpenAsync("acme", pool, [task]));
        var toOther = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.OpenAsync("globex", pool, [task]));

        Assert.Contains(session.Name.ToString(), toOpener.Message, StringComparison.Ordinal);
        Assert.Contains(task.ToString(), toOther.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Name.ToString(), toOther.Message, StringComparison.Ordinal);
        await _world.CloseAsync(session);
        await _world.OpenAsync("globex", pool, [task]);
    }

    [Fact]
    public async Task Open_WhatDoesNotGoTogether_IsRefusedAndHoldsNothing()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var elsewhere = await _world.PoolAsync("acme", "p2");
        var task = await _world.TaskAsync("acme", "t", pool);
        var stray = await _world.TaskAsync("acme", "stray", elsewhere);

        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.OpenAsync("acme", pool, []));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.OpenAsync("acme", pool, [task, task]));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.OpenAsync("acme", pool, [task], poolVersion: 2));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.OpenAsync("acme", pool, [task, Name("acme", "none")]));
        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.OpenAsync("acme", pool, [task, stray]));

        Assert.Contains("pools/p2, not to pools/p1", rejection.Message, StringComparison.Ordinal);
        await _world.OpenAsync("acme", pool, [task]);
    }

    [Fact]
    public async Task Session_OfAnotherTenant_IsNotFound()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.All));
        var session = await _world.OpenAsync("globex", pool, [task]);
        var state = await _world.SaveAsync(session, 1);
        var owner = Tenant("acme");

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Sessions.GetAsync(owner, session.Name, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Sessions.ListStatesAsync(owner, session.Name, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Sessions.GetStateAsync(owner, state.Name, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.CloseAsync(session with { Opener = owner }));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.SaveAsync(session with { Opener = owner }, 2));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.PublishAsync(session with { Opener = owner }));
        await Assert.ThrowsAsync<NotFoundRejection>(
            () => _world.Sessions.RecordLoadAsync(By("acme"), state.Name, 2, null, null, Cancellation));
    }

    [Fact]
    public async Task Revoke_Train_TakesTheTaskOutOfTheSessionOfWhomLostIt()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Train | Grants.Generate));
        var other = await _world.TaskAsync("globex", "u", pool);
        var session = await _world.OpenAsync("globex", pool, [task, other]);

        await _world.GrantAsync(task, Grant("globex", Grants.Train));
        Assert.Equal([task, other], await HeldAsync());
        await _world.GrantAsync(task, Grant("globex", Grants.Generate));

        Assert.Equal([other], await HeldAsync());
        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.PublishAsync(session));
        Assert.Contains(task.ToString(), rejection.Message, StringComparison.Ordinal);
        await _world.OpenAsync("acme", pool, [task]);

        async Task<IEnumerable<TaskName>> HeldAsync() =>
            (await _world.Sessions.GetAsync(Tenant("globex"), session.Name, Cancellation)).Tasks.Select(held => held.Task);
    }

    [Fact]
    public async Task Revoke_TrainFromOneTenant_LeavesTheOwnersSessionAlone()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Train));
        var session = await _world.OpenAsync("acme", pool, [task]);

        await _world.GrantAsync(task);

        Assert.Single((await _world.Sessions.GetAsync(Tenant("acme"), session.Name, Cancellation)).Tasks);
    }

    [Fact]
    public async Task Close_Session_DropsItsStatesAndIsGone()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        var state = await _world.SaveAsync(session, 1);

        await _world.CloseAsync(session);

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Sessions.GetAsync(Tenant("acme"), session.Name, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Sessions.GetStateAsync(Tenant("acme"), state.Name, Cancellation).AsTask());
        Assert.False(File.Exists(_world.FileOf(state.Artifact)));
        Assert.Empty(await _world.Sessions.ListOpenAsync(Cancellation));
    }

    [Fact]
    public async Task RecordState_SeveralTimes_NumbersThemAndKeepsWhatWasSaid()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);

        var first = await _world.SaveAsync(session, 5);
        var second = await _world.SaveAsync(session, 8);

        Assert.Equal($"{session.Name}/states/2", second.Name.ToString());
        Assert.Equal((8, 1), (second.Sequence, second.PoolVersion));
        Assert.Equal([8], second.LastRequestHash);
        Assert.Equal("\"reply 8\"", second.LastReplyJson);
        Assert.Equal(
            CatalogJson.Write<IReadOnlyList<SavedState>>([first, second]),
            CatalogJson.Write(await _world.Sessions.ListStatesAsync(Tenant("acme"), session.Name, Cancellation)));
        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(await _world.Sessions.GetStateAsync(Tenant("acme"), first.Name, Cancellation)));
        await Assert.ThrowsAsync<NotFoundRejection>(
            () => _world.Sessions.GetStateAsync(Tenant("acme"), new SessionStateName(session.Name, 3), Cancellation).AsTask());
    }

    [Fact]
    public async Task Restart_OpenSession_StandsAtItsLastSavedState()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        await _world.SaveAsync(session, 5);
        var state = await _world.SaveAsync(session, 8);
        await _world.PublishAsync(session);
        Assert.Equal(2, (await _world.Sessions.GetAsync(Tenant("acme"), session.Name, Cancellation)).PoolVersion.Number);

        using var restarted = _world.Restart();

        var found = Assert.Single(await restarted.Sessions.ListOpenAsync(Cancellation));
        Assert.Equal((session.Name, 1), (found.Name, found.PoolVersion.Number));
        Assert.Equal((2, state.Artifact, 8, "\"reply 8\""), (found.Stand.State, found.Stand.Artifact, found.Stand.Sequence, found.Stand.LastReplyJson));
        Assert.Equal([8], found.Stand.LastRequestHash);
        Assert.Equal(2, (await restarted.ResolveAsync(task)).Number);
    }

    [Fact]
    public async Task Restart_WithoutASavedState_StandsAtTheOpening()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        await _world.PublishAsync(session);

        using var restarted = _world.Restart();

        var found = Assert.Single(await restarted.Sessions.ListOpenAsync(Cancellation));
        Assert.Equal(CatalogJson.Write(session.Tasks), CatalogJson.Write(found.Tasks));
        Assert.Equal((1, null, 0), (found.PoolVersion.Number, found.Stand.State, found.Stand.Sequence));
    }

    [Fact]
    public async Task RecordLoad_EarlierState_GoesOnFromItsPoolVersionAndKeepsTheNumber()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        var early = await _world.SaveAsync(session, 5);
        await _world.PublishAsync(session);
        await _world.SaveAsync(session, 8);

        var loaded = await _world.Sessions.RecordLoadAsync(By("acme"), early.Name, 9, [9], "\"reply 9\"", Cancellation);

        Assert.Equal((1, 1, early.Artifact, 9), (loaded.PoolVersion.Number, loaded.Stand.State, loaded.Stand.Artifact, loaded.Stand.Sequence));
        Assert.Equal(1, (await _world.PublishAsync(session)).PoolVersion!.Parent);
        using var restarted = _world.Restart();
        var stand = Assert.Single(await restarted.Sessions.ListOpenAsync(Cancellation)).Stand;
        Assert.Equal((1, 9), (stand.State, stand.Sequence));
    }

    private async Task<(PoolName Pool, TaskName Task)> TrainedAsync()
    {
        var pool = await _world.PoolAsync("acme", "p1", spec: Pissa);
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        await _world.PublishAsync(session);
        await _world.CloseAsync(session);
        return (pool, task);
    }
}
