using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class TaskCatalogTests : IDisposable
{
    private readonly TestWorld _world;

    public TaskCatalogTests()
        : this(Create())
    {
    }

    private protected TaskCatalogTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Register_Task_ServesItsFirstVersionAtOnce()
    {
        var pool = await _world.PoolAsync("acme", "p1");

        var registered = await _world.Tasks.RegisterAsync(By("acme"), Name("acme", "t"), pool, null, Full, [], Cancellation);

        Assert.Equal((1, 1, pool), (registered.Task.ServedVersion, registered.Task.PoolVersion, registered.Task.Pool));
        Assert.Empty(registered.Task.Grants);
        Assert.Empty(registered.Notes);
        var resolved = await _world.ResolveAsync(registered.Task.Name);
        Assert.Equal((1, null, true), (resolved.Number, resolved.Heads, resolved.Served));
        Assert.Equal(Full, resolved.Spec);
        Assert.Equal(CatalogJson.Write(Gaussian), CatalogJson.Write(resolved.PoolSpec));
        Assert.Equal((await _world.Pools.ListVersionsAsync(Tenant("acme"), pool, new PageRequest(), Cancellation)).Items.Single(), resolved.PoolVersion);
    }

    [Theory]
    [InlineData(Initialisation.Gaussian, false)]
    [InlineData(Initialisation.Pissa, true)]
    [InlineData(Initialisation.PissaSlices, true)]
    public async Task Register_OnVersionOneOrLater_SubtractsWhatTheHeadsBeginWith(Initialisation initialisation, bool onFirst)
    {
        var spec = new TaskSpec(Strategy.Heuristic, 2, 0);
        var pool = await _world.PoolAsync("acme", "p1", spec: Gaussian with { Initialisation = initialisation });
        var first = (await RegisterAsync("a", pool, null, spec)).Task.Name;
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [first]));
        var onLater = await RegisterAsync("b", pool, null, spec);
        var named = await RegisterAsync("c", pool, 1, spec);

        Assert.Equal((2, 1), (onLater.Task.PoolVersion, named.Task.PoolVersion));
        Assert.Equal(onFirst, (await _world.ResolveAsync(first, 1)).SubtractsInitial);
        Assert.Equal(onFirst, (await _world.ResolveAsync(first, 2)).SubtractsInitial);
        Assert.Equal(onFirst, (await _world.ResolveAsync(named.Task.Name)).SubtractsInitial);
        Assert.False((await _world.ResolveAsync(onLater.Task.Name)).SubtractsInitial);
        Assert.Equal(onFirst, onLater.Notes.Any(note => note.Contains("zero heads", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Register_OnPissaWithSeveralA_SaysItsRank()
    {
        var pool = await _world.PoolAsync("acme", "p1", spec: Pissa);

        var note = Assert.Single((await RegisterAsync("t", pool, null, Full)).Notes);

        Assert.Contains("in practice rank r = 4", note, StringComparison.Ordinal);
        Assert.Contains("PISSA_SLICES or GAUSSIAN", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WhatDoesNotGoTogether_IsRefusedAndLeavesNothing()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        await _world.TaskAsync("acme", "taken", pool);

        await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => _world.Tasks.RegisterAsync(By("acme"), Name("globex", "t"), pool, null, Full, [], Cancellation));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => RegisterAsync("t", pool, null, new TaskSpec(Strategy.Lora, 1, 0)));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => RegisterAsync("t", pool, null, Full, Grant("acme", Grants.Train)));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => RegisterAsync("t", pool, null, Full, Grant("globex", Grants.None)));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => RegisterAsync("t", pool, null, Full, Grant("globex", Grants.Train), Grant("globex", Grants.Lend)));
        await Assert.ThrowsAsync<NotFoundRejection>(() => RegisterAsync("t", pool, 2, Full));
        await Assert.ThrowsAsync<NotFoundRejection>(() => RegisterAsync("t", new PoolName("none"), null, Full));
        await Assert.ThrowsAsync<AlreadyExistsRejection>(() => RegisterAsync("taken", pool, null, Full));

        var listed = await _world.Tasks.ListAsync(Tenant("acme"), true, null, new PageRequest(), Cancellation);
        Assert.Equal(["taken"], listed.Items.Select(task => task.Name.Task));
    }

    [Fact]
    public async Task Register_OnAnothersPrivatePool_FindsNoPool()
    {
        var pool = await _world.PoolAsync("acme", "p1");

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.TaskAsync("globex", "t", pool));
    }

    [Fact]
    public async Task Anything_OnAnothersTaskWithoutAGrant_FindsNoTask()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.All));
        var stranger = Tenant("umbrella");

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.GetAsync(stranger, task, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.ListVersionsAsync(stranger, task, new PageRequest(), Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.ResolveAsync(stranger, task, null, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.ServeAsync("umbrella", task, 1));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.DeleteAsync(By("umbrella"), task, Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.UpdateAsync(By("umbrella"), task, [], Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.OpenAsync("umbrella", pool, [task]));
        Assert.Empty((await _world.Tasks.ListAsync(stranger, true, null, new PageRequest(), Cancellation)).Items);
    }

    [Theory]
    [InlineData(Grants.Generate)]
    [InlineData(Grants.Train)]
    [InlineData(Grants.Publish)]
    [InlineData(Grants.Lend)]
    public async Task Anything_WithOneGrant_AllowsThatAndShowsTheTask(Grants granted)
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", granted), Grant("initech", Grants.All));

        Assert.Equal([Grant("globex", granted)], (await _world.Tasks.GetAsync(Tenant("globex"), task, Cancellation)).Grants);
        Assert.Equal(1, (await _world.Tasks.ListVersionsAsync(Tenant("globex"), task, new PageRequest(), Cancellation)).Items.Single().Number);
        await Allows(Grants.Generate, () => _world.Tasks.ResolveAsync(Tenant("globex"), task, null, Cancellation).AsTask());
        await Allows(Grants.Publish, () => _world.ServeAsync("globex", task, 1));
        await Allows(Grants.Train, () => _world.OpenAsync("globex", pool, [task]));
        await Assert.ThrowsAsync<PermissionRejection>(() => _world.Tasks.DeleteAsync(By("globex"), task, Cancellation));
        await Assert.ThrowsAsync<PermissionRejection>(() => _world.Tasks.UpdateAsync(By("globex"), task, [], Cancellation));

        async Task Allows(Grants needed, Func<Task> act)
        {
            if (granted == needed)
            {
                await act();
            }
            else
            {
                var rejection = await Assert.ThrowsAsync<PermissionRejection>(act);
                Assert.Contains(needed.ToString().ToUpperInvariant(), rejection.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task List_GrantedAndByPool_ShowsWhatWasAsked()
    {
        var first = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var second = await _world.PoolAsync("acme", "p2", PoolSharing.Public);
        var own = await _world.TaskAsync("globex", "own", first);
        var other = await _world.TaskAsync("globex", "other", second);
        var lent = await _world.TaskAsync("acme", "lent", first, Grant("globex", Grants.Lend));
        await _world.TaskAsync("acme", "hidden", first);

        Assert.Equal([other, own], await NamesAsync(false, null));
        Assert.Equal([lent, other, own], await NamesAsync(true, null));
        Assert.Equal([lent, own], await NamesAsync(true, first));
        Assert.Empty(await NamesAsync(true, new PoolName("none")));
        var page = await _world.Tasks.ListAsync(Tenant("globex"), true, null, new PageRequest(2), Cancellation);
        var next = await _world.Tasks.ListAsync(Tenant("globex"), true, null, new PageRequest(2, page.NextToken), Cancellation);
        Assert.Equal([own], next.Items.Select(task => task.Name));

        async Task<IEnumerable<TaskName>> NamesAsync(bool granted, PoolName? pool) =>
            (await _world.Tasks.ListAsync(Tenant("globex"), granted, pool, new PageRequest(), Cancellation)).Items.Select(task => task.Name);
    }

    [Fact]
    public async Task SetServedVersion_BackAndForth_ChangesWhatIsResolvedAtOnce()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [task]));
        Assert.Equal((2, 2), ((await _world.ResolveAsync(task)).Number, (await _world.ResolveAsync(task)).PoolVersion.Number));

        await _world.ServeAsync("acme", task, 1);
        Assert.Equal((1, 1), ((await _world.ResolveAsync(task)).Number, (await _world.ResolveAsync(task)).PoolVersion.Number));
        Assert.Null((await _world.ResolveAsync(task)).Heads);
        Assert.NotNull((await _world.ResolveAsync(task, 2)).Heads);
        Assert.Equal([2, 1], await _world.TaskVersionsAsync(task));

        var rejection = await Assert.ThrowsAsync<NotFoundRejection>(() => _world.ServeAsync("acme", task, 3));
        Assert.Contains("kept: 1, 2", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_AfterGenerateWasRevoked_FindsNoTask()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Generate));
        await _world.Tasks.ResolveAsync(Tenant("globex"), task, null, Cancellation);

        await _world.GrantAsync(task);

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.ResolveAsync(Tenant("globex"), task, null, Cancellation).AsTask());
    }

    [Fact]
    public async Task Resolve_TaskMadeAgain_IsAnotherVersionOne()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var before = (await _world.ResolveAsync(task)).Key;
        await _world.Tasks.DeleteAsync(By("acme"), task, Cancellation);
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.ResolveAsync(task));
        await _world.TaskAsync("acme", "t", pool);

        Assert.NotEqual(before, (await _world.ResolveAsync(task)).Key);
    }

    [Fact]
    public async Task Resolve_PoolNoLongerShared_StillServesTheTask()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("globex", "t", pool);

        await _world.Pools.UpdateAsync(By("acme"), pool, PoolSharing.Private, null, Cancellation);

        Assert.Equal(1, (await _world.Tasks.ResolveAsync(Tenant("globex"), task, null, Cancellation)).Number);
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.OpenAsync("globex", pool, [task]));
    }

    [Fact]
    public async Task Delete_InAnOpenSession_IsRefusedAndNamesItToItsOpenerOnly()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Train));
        var session = await _world.OpenAsync("globex", pool, [task]);

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.Tasks.DeleteAsync(By("acme"), task, Cancellation));

        Assert.Contains(task.ToString(), rejection.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Name.ToString(), rejection.Message, StringComparison.Ordinal);
        await _world.CloseAsync(session);
        await _world.Tasks.DeleteAsync(By("acme"), task, Cancellation);
    }

    private Task<RegisteredTask> RegisterAsync(string id, PoolName pool, int? version, TaskSpec spec, params TaskGrant[] grants) =>
        _world.Tasks.RegisterAsync(By("acme"), Name("acme", id), pool, version, spec, grants, Cancellation);
}
