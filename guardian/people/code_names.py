"""Code names: random words that say nothing about whom or what they stand for. No word is a person's name.

Read `choose_code_names` first.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection
from typing import Final

_FIRST_WORDS: Final = """
    aerial alpine angular arched arctic aromatic astral atomic azure baked balanced bamboo beaded beige bevelled
    blended boreal bottled braided brassy breezy brimming bronze brushed bubbling buttoned candied carved
    cascading cedar chilled chiselled circular citrus clouded coastal cobalt coiled compact concave copper
    corduroy cork cosmic cotton crimped crinkled crisp crystalline cubic curled cursive curved dappled dewy
    diagonal dotted double drifting echoing edged eighth elastic electric elliptic embossed enamel etched evening
    feathered felted fibrous fifth filtered floating fluted folded fourth framed fresh frosted fruited gabled
    galactic gilded gingham glacial glazed gliding glossy golden grainy granite granular grated gravel green
    gridded grooved half hammered handmade hatched hemmed herbal hexagonal hinged hollow horizontal humming icy
    inked inland inner jagged jointed knitted knotted lacquered laminated lateral latticed layered leafy level
    lined linen liquid looped lunar magnetic mapped marbled maritime matte mellow melting metallic midday middle
    milled mineral minted mobile modular monthly mossy moving narrow nautical navy neon nested ninth nocturnal
    notched oaken oblong ochre octagonal offshore orbital orchard outdoor outer oval overland padded painted
    panelled papered parallel pastel patched paved pebbled peppered perforated pleated plotted pointed polar
    polished porous portable powdered pressed printed prismatic quarter quilted radial railed raised rattan reeded
    reflected ribbed ribboned rippled rolled roofed roped rotating rounded rustling salted sanded scalloped
    scented seaside second seventh shaded sheltered shimmering silken silver sixth sliding sloping smooth snowy
    solar spiced spinning spotted square starlit stitched streaming striped sunlit swaying symmetric tartan
    tasselled teal tenth terraced textured thatched third threaded tidal tiled timbered tinted topmost towering
    translucent trellised triple tufted turned turquoise twilled twin uphill upland upper vaulted velvet verdant
    vertical vibrating walnut waxed weathered whirling wicker wide winding windswept wooden woollen woven yearly
    zigzag
"""
_SECOND_WORDS: Final = """
    abacus acorn alcove almanac alphabet anchor anvil aqueduct arcade archipelago armchair atrium attic awning
    balcony ballad balloon banister banjo barge barley barometer basin basket bassoon beach beacon bellows bench
    binder birdhouse blanket blossom boat bobbin bookcase bookmark boulder bowl bracket bramble bridge broom
    bucket buckle bugle buoy button cabin cabinet cable calendar campfire canal candle canoe canopy canvas canyon
    caravan carousel carpet cartwheel cascade castle causeway cave ceiling cellar cello chalk chandelier channel
    chapter chart chestnut chimney chisel cistern clarinet clock cloister cloud coast comet compass confetti
    corridor cottage courtyard crate crayon creek crescent cupboard curtain cushion cymbal desk dial dinghy dock
    dome doorbell doorway drawer drizzle drum drydock dune easel eclipse embankment envelope estuary fairway
    fanfare fence ferry fiddle field filament fjord flagpole flask flute flywheel folder footbridge footpath
    fountain fresco funnel gable galaxy gallery galley garden gatehouse gazebo geyser glacier globe gondola gong
    gorge granary greenhouse grove guitar gulf gutter hallway hammock hamper harbour harpsichord harvest haystack
    headland hedge helmet highway hill hinge horizon hourglass hovercraft hull iceberg igloo inlet island isthmus
    jigsaw journal jug junction kaleidoscope kayak kennel kettle keyboard keyhole kiln kiosk kite ladder lagoon
    lake lamp landing landmark lantern larder lattice lawn leaflet ledge lever library lighthouse limestone loft
    loom luggage lute magnet mailbox mandolin mantel map marimba marsh mast maze medley megaphone meridian meteor
    metronome mezzanine mill minaret mirror moat monsoon moonrise mooring mortar mountain napkin nebula needle
    nightfall notebook nozzle nutmeg oasis obelisk oboe observatory orbit orchestra outpost oven paddle pagoda
    palette pamphlet pantry parachute parasol parcel park passage pasture path pavement pavilion peak pebble pedal
    pendulum peninsula periscope pianola piccolo pier pillow pinecone pinwheel pipeline pitcher plain planet
    plateau plaza plough pocket pond porch portico postcard prairie propeller pulley pyramid quarry quay quill
    quilt quiver radiator raft railing railway rampart rapids ravine reef reservoir ribbon ridge riverbank rooftop
    rotunda rowboat rudder runway sail sandbar satchel satellite saucer sawmill schooner seashore seesaw sextant
    shed shelf shoreline shutter signpost skylight sledge slipway snowfall sofa spindle spire spool spring stadium
    staircase stairwell steamship stepladder steppe stopwatch stove strait stream suitcase summit sundial sunrise
    surf swing table tambourine tandem tapestry teapot telescope terrace theatre thicket thimble threshold tide
    toboggan toolbox torch tower trail tramway tray trellis tributary tripod trombone trumpet tugboat tundra
    tunnel turbine turnstile turret umbrella valley vase veranda viaduct village vineyard volcano wagon walkway
    wallpaper wardrobe warehouse waterfall watermill wave waypoint wharf wheel wheelbarrow windmill window
    woodland workbench workshop xylophone yacht zeppelin zither
"""
FIRST: Final = tuple(_FIRST_WORDS.split())
SECOND: Final = tuple(_SECOND_WORDS.split())


FindUsed = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Returns which of these names something is called by."""

_TRIES_WITH_TWO: Final = 8
"""So often two words are drawn before a third is added: nearly all pairs are in use then."""


async def choose_code_names(count: int, find_used: FindUsed) -> list[str]:
    """Return so many different random names of words joined by dashes, by which nothing else is called.

    They are of two words, for as long as pairs are easily found that are free: a raid alone may name more people than
    there are pairs.
    """
    chosen: dict[str, None] = {}
    tries = 0
    while len(chosen) < count:
        drawn = {_draw(with_third=tries >= _TRIES_WITH_TWO) for _ in range(count - len(chosen))}
        chosen |= dict.fromkeys(drawn - set(await find_used(drawn)))
        tries += 1
    return list(chosen)


def _draw(*, with_third: bool) -> str:
    words = (secrets.choice(FIRST), secrets.choice(FIRST), secrets.choice(SECOND))
    return "-".join(words if with_third else words[1:])
