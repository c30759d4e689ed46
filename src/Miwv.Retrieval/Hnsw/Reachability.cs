namespace Miwv.Retrieval;

/// <summary>Whether a search can arrive everywhere: the bottom layer walked from the entry.</summary>
internal sealed class Reachability
{
    private readonly HnswGraph _graph;
    private readonly bool[] _reached;
    private readonly Stack<int> _open = [];

    internal Reachability(HnswGraph graph)
    {
        _graph = graph;
        _reached = new bool[graph.Nodes];
        Unreachable = graph.Nodes;
        if (graph.Nodes > 0)
            WalkFrom(graph.Entry);
    }

    internal int Unreachable { get; private set; }

    /// <summary>Links every unreachable node from the nearest reachable one that has room; returns how many links that took.</summary>
    internal unsafe int Repair(HnswSearcher searcher, int ef)
    {
        int added = 0;
        for (int node = 0; node < _graph.Nodes; node++)
        {
            if (_reached[node])
                continue;
            int* links = _graph.Links(NearestWithRoom(node, searcher, ef), 0);
            links[++*links] = node;
            added++;
            WalkFrom(node);
        }
        return added;
    }

    private unsafe int NearestWithRoom(int node, HnswSearcher searcher, int ef)
    {
        searcher.Dots.SetQuery(node);
        for (; ef < _graph.Nodes; ef *= 4)
        {
            searcher.Descend(0);
            searcher.Search(0, ef);
            for (int place = 0; place < searcher.Beam.Count; place++)
            {
                int near = searcher.Beam.Node(place);
                if (_reached[near] && *_graph.Links(near, 0) < _graph.Capacity(0))
                    return near;
            }
        }
        for (int near = 0; near < _graph.Nodes; near++)
            if (_reached[near] && *_graph.Links(near, 0) < _graph.Capacity(0))
                return near;
        throw new InvalidOperationException("every reachable node of the index is full; build it with a larger M");
    }

    private void WalkFrom(int start)
    {
        _reached[start] = true;
        Unreachable--;
        _open.Push(start);
        while (_open.TryPop(out int node))
        {
            foreach (int neighbor in _graph.Neighbors(node, 0))
            {
                if (_reached[neighbor])
                    continue;
                _reached[neighbor] = true;
                Unreachable--;
                _open.Push(neighbor);
            }
        }
    }
}
