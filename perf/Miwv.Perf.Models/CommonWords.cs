namespace Miwv.Perf.Models;

/// <summary>Frequent English words and endings, roughly in order of frequency.</summary>
internal static class CommonWords
{
    public static readonly string[] All =
        """
        the of and to in a is that for it as was with be by on not he his are this at from but have an they which
        one you were all her she there would their we him been has when who will no more if out so up said what its
        about than into them can only other time new some could these two may first then do any like my now over such
        our man me even most made after also did many off before must well back through years where much your way down
        should because long each just state those people too how little good world make very year still see own work
        men day get here both between being under three never know same last another while us might great old go take
        come right against used himself few use place during without again home small however found part thought
        following example using write describe explain create given generate list provide instruction response input
        request appropriately completes below sentence word words text data code function number numbers value result
        results system process information important different change changes help learn learning language model
        models question questions answer answers story poem article essay email customer company business product
        service market price money health food water energy environment climate human life love family friend friends
        child children school student students teacher university research science technology computer internet
        website online social media program software application user design develop development include includes
        including such ability able allow allows various several often usually always sometimes high low large big
        short great better best increase reduce improve create created provide provides ensure make makes making
        need needs want find keep give start think feel look people person time times day days week month hour
        minutes long first second third next last step steps method methods way ways type types form forms set point
        points line lines name names city country countries national government public law rights power history war
        world art music book books movie film game play sport team player run eat drink recipe cook cup add mix salt
        sugar butter oil minutes oven chicken rice bread cheese fruit vegetables tree trees plant plants animal
        animals dog cat bird fish sun sky sea ocean river mountain earth space light dark red blue green white black
        yellow color colors hot cold warm weather summer winter beautiful happy sad angry simple easy hard difficult
        strong quick quickly slow fast clear clearly carefully general specific particular main major key common
        popular famous successful positive negative effective efficient possible potential future past present
        current local global international cultural traditional modern digital artificial intelligence machine deep
        neural network networks algorithm training train test accuracy performance speed memory cost risk problem
        problems solution solutions decision decisions goal goals plan plans strategy project task tasks job work
        worker employees management leader leadership skill skills experience knowledge understanding communication
        relationship community society culture economy economic financial investment bank tax insurance sales
        marketing advertising brand consumer quality quantity average total sum equation calculate find square root
        number length width area volume triangle circle angle degree percent ratio probability mean median array
        string integer return print loop class object variable table row column database query file
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    public static readonly string[] Inflections = ["s", "ed", "ing", "er", "ly", "ion"];

    public static readonly string[] Endings =
    [
        "ing", "ed", "er", "ers", "es", "ly", "tion", "tions", "ation", "ations", "ment", "ments", "ness", "able",
        "ible", "al", "ial", "ical", "ally", "ity", "ities", "ive", "ous", "ful", "less", "ize", "ized", "izing",
        "ence", "ance", "ent", "ant", "est", "ist", "ism", "ure", "ture", "age", "ate", "ated", "ating", "ary", "ory",
        "ward", "ship", "hood", "ter", "der", "ver", "ther", "ght", "ough", "ould", "the", "and", "ent", "ion",
    ];
}
