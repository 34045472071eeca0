using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

/// <summary>What must hold whatever tenants do, after every call of a random sequence, refused calls included.</summary>
public class PromisesTests : IDisposable
{
    private static readonly string[] Tenants = ["acme", "globex", "initech"];

    private TestWorld _world;
    private Random _random = new(0);

    public PromisesTests()
        : this(Create())
    {
    }

    private protected PromisesTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Promises_AfterAnySequenceOfCalls_AreKept(int seed)
    {
        _random = new Random(seed);
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public, Pissa);
        var accepted = 0;
        for (var call = 0; call < 80; call++)
        {
            var before = await SeeAsync(pool);
            var caller = Tenants[_random.Next(Tenants.Length)];
            try
            {
                await CallAsync(caller, pool);
                accepted++;
            }
            catch (Rejection)
            {
                AssertSame(before, await SeeAsync(pool));
            }

            await CheckAsync(caller, pool, before, await SeeAsync(pool));
        }

        Assert.True(accepted > 30, $"only {accepted} of 80 calls were accepted: the sequence tries too little");
        var last = await SeeAsync(pool);
        _world = _world.Restart();
        AssertSame(last, await SeeAsync(pool));
    }

    [Fact]
    public async Task Publications_OfManySessionsAtOnce_AreAllThereOnce()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var sessions = new List<SessionSnapshot>();
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            sessions.Add(await _world.OpenAsync("acme", pool, [await _world.TaskAsync("acme", id, pool)]));
        }

        var made = await Task.WhenAll(sessions.Select(session => Task.Run(
            async () =>
            {
                var numbers = new List<int>();
                for (var times = 0; times < 5; times++)
                {
                    numbers.Add((await _world.PublishAsync(session)).PoolVersion!.Number);
                    Assert.Equal(times + 2, (await _world.ResolveAsync(session.Tasks[0].Task)).Number);
                }

                return numbers;
            },
            Cancellation)));

        Assert.Equal(Enumerable.Range(2, 20), made.SelectMany(numbers => numbers).Order());
        await FilesAreThoseNamedAsync();
    }

    // Mostly calls that can be accepted, now and then one that tries its luck.
    private async Task CallAsync(string caller, PoolName pool)
    {
        var lucky = _random.Next(6) == 0;
        var task = Name(lucky ? Tenants[_random.Next(Tenants.Length)] : caller, $"t{_random.Next(2)}");
        var own = (await _world.Sessions.ListOpenAsync(Cancellation)).Where(session => session.Opener.Value == caller).ToList();
        var session = own.Count > 0 ? own[_random.Next(own.Count)] : null;
        switch (_random.Next(session is null ? 5 : 10))
        {
            case 0:
                await _world.Tasks.RegisterAsync(By(caller), task, pool, null, Full, RandomGrants(task), Cancellation);
                break;
            case 1:
                await _world.Tasks.UpdateAsync(By(caller), task, RandomGrants(task), Cancellation);
                break;
            case 2:
                var seen = (await _world.Tasks.ListAsync(Tenant(caller), true, null, new PageRequest(), Cancellation)).Items
                    .Where(seen => lucky || seen.Name.Tenant.Value == caller || seen.Grants[0].Grants.HasFlag(Grants.Train))
                    .Where(_ => _random.Next(2) == 0);
                await _world.OpenAsync(caller, pool, [.. seen.Select(seen => seen.Name)], trainable: _random.Next(3) > 0, rebase: !lucky);
                break;
            case 3:
                var granted = (await _world.Tasks.ListAsync(Tenant(caller), true, null, new PageRequest(), Cancellation)).Items;
                await _world.ServeAsync(caller, granted.Count > 0 ? granted[_random.Next(granted.Count)].Name : task, _random.Next(1, 5));
                break;
            case 4 when _random.Next(3) == 0:
                await _world.Tasks.DeleteAsync(By(caller), task, Cancellation);
                break;
            case 4:
                await _world.Pools.UpdateAsync(By(caller), pool, null, (await _world.PoolVersionsAsync("acme", pool))[0], Cancellation);
                break;
            case 5 or 6 or 7:
                await _world.PublishAsync(session!, serve: _random.Next(4) > 0, makeCurrent: _random.Next(2) == 0);
                break;
            case 8:
                await _world.SaveAsync(session!, _random.Next(100));
                break;
            default:
                await _world.CloseAsync(session!);
                break;
        }
    }

    private List<TaskGrant> RandomGrants(TaskName task) =>
        [.. Tenants.Where(tenant => tenant != task.Tenant.Value && _random.Next(4) > 0).Select(tenant => Grant(tenant, (Grants)_random.Next(1, 16)))];

    private async Task CheckAsync(string caller, PoolName pool, Seen before, Seen after)
    {
        await FilesAreThoseNamedAsync();
        foreach (var task in after.Tasks.Values)
        {
            var resolved = await _world.ResolveAsync(task.Name);
            Assert.Equal(task.PoolVersion, resolved.PoolVersion.Number);
            foreach (var version in (await _world.Tasks.ListVersionsAsync(task.Name.Tenant, task.Name, new PageRequest(), Cancellation)).Items)
            {
                await _world.ReadAsync(version.PoolVersion.Artifact);
                if (version.Heads is { } heads)
                {
                    await _world.ReadAsync(heads);
                }
            }

            if (before.Tasks.TryGetValue(task.Name, out var earlier) && earlier.ServedVersion != task.ServedVersion)
            {
                Assert.True(
                    task.Name.Tenant.Value == caller || earlier.Grants.Any(grant => grant.Tenant.Value == caller && grant.Grants.HasFlag(Grants.Publish)),
                    $"{caller} switched what {task.Name} serves");
            }
        }

        var held = after.Sessions.SelectMany(session => session.Tasks.Select(task => (session.Opener, task.Task))).ToList();
        Assert.Equal(held.Count, held.Select(pair => pair.Task).Distinct().Count());
        Assert.All(held, pair => Assert.True(
            pair.Opener == pair.Task.Tenant
            || after.Tasks[pair.Task].Grants.Any(grant => grant.Tenant == pair.Opener && grant.Grants.HasFlag(Grants.Train))));
        Assert.True(before.CurrentVersion == after.CurrentVersion || caller == "acme", $"{caller} moved the pool's current version");
        var versions = await _world.PoolVersionsAsync("acme", pool);
        Assert.Contains(1, versions);
        Assert.Contains(after.CurrentVersion, versions);
    }

    private async Task<Seen> SeeAsync(PoolName pool)
    {
        var tasks = new Dictionary<TaskName, TaskSnapshot>();
        foreach (var tenant in Tenants)
        {
            foreach (var task in (await _world.Tasks.ListAsync(Tenant(tenant), false, null, new PageRequest(), Cancellation)).Items)
            {
                tasks.Add(task.Name, task);
            }
        }

        return new Seen(
            tasks,
            await _world.Sessions.ListOpenAsync(Cancellation),
            (await _world.Pools.GetAsync(Tenant("acme"), pool, Cancellation)).CurrentVersion);
    }

    // Not the pool version that a session goes on from, which a restart sets back to where the session stood.
    private static void AssertSame(Seen expected, Seen found)
    {
        Assert.Equal(CatalogJson.Write(expected.Tasks.Values), CatalogJson.Write(found.Tasks.Values));
        Assert.Equal(expected.CurrentVersion, found.CurrentVersion);
        Assert.Equal(
            CatalogJson.Write(expected.Sessions.Select(session => (session.Name.ToString(), session.Tasks, session.Stand).ToTuple())),
            CatalogJson.Write(found.Sessions.Select(session => (session.Name.ToString(), session.Tasks, session.Stand).ToTuple())));
    }

    private async Task FilesAreThoseNamedAsync() => Assert.Equal(
        (await _world.NamedFilesAsync()).Order(),
        _world.Files().Select(file => Path.GetFileNameWithoutExtension(file)).Order());

    private sealed record Seen(Dictionary<TaskName, TaskSnapshot> Tasks, IReadOnlyList<SessionSnapshot> Sessions, int CurrentVersion);
}
