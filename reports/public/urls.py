from django.urls import URLPattern, URLResolver, include, path, register_converter

from reports.public import (
    addresses,
    area_views,
    card_views,
    change_views,
    city_views,
    compare_views,
    data_views,
    feed_views,
    list_views,
    picture_views,
    study_group_urls,
    views,
)
from reports.public.opendata.files import FILES


class ListSuffix:
    """The formats of the list."""

    regex = "csv|json|xlsx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DataName:
    """The files of open data."""

    regex = "|".join(file.name for file in FILES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DataSuffix(ListSuffix):
    """Their formats."""

    regex = "csv|json"


register_converter(ListSuffix, "list_suffix")
register_converter(DataName, "data_name")
register_converter(DataSuffix, "data_suffix")

app_name = "public"

# What stands right under the term for its pledges, and behind a dash for another plan.
parts: list[URLPattern | URLResolver] = [
    path("", views.front, name="front"),
    path("money/", views.money, name="money"),
    path("method/", views.method, name="method"),
    path("areas/", area_views.areas, name="areas"),
    path("areas/<code:code>/", area_views.area, name="area"),
    path("changes/", change_views.changes, name="changes"),
    path("data/", data_views.data, name="data"),
    path("data/<data_name:file>.schema.json", data_views.data_schema, name="data_schema"),
    path("data/<data_name:file>.<data_suffix:suffix>", data_views.data_file, name="data_file"),
    path("feed/", feed_views.feed, name="feed"),
    path("sitemap.xml", feed_views.sitemap, name="sitemap"),
    path("share.png", picture_views.plan_image, name="share_image"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", city_views.home, name="home"),
    path("compare/", compare_views.cities, name="compare"),
    path("compare.<data_suffix:suffix>", compare_views.cities_file, name="compare_file"),
    path("sitemap.xml", feed_views.sitemap_index, name="sitemaps"),
    path("sitemap-cities.xml", feed_views.cities_sitemap, name="cities_sitemap"),
    path("share.png", picture_views.home_image, name="home_share_image"),
    path("<slug_code:city>/", city_views.city, name="city"),
    path("<slug_code:city>/share.png", picture_views.city_image, name="city_share_image"),
    path("<slug_code:city>/<term:term>/", include(study_group_urls.patterns)),
    path("<slug_code:city>/<term:term>/", include(parts), {"plan": addresses.MAIN_PLAN}),
    path("<slug_code:city>/<term:term>/<other_plan:plan>/-/", include(parts)),
    path(
        "<slug_code:city>/<term:term>/<slug_code:plan>.<list_suffix:suffix>",
        list_views.list_file,
        name="list_file",
    ),
    path("<slug_code:city>/<term:term>/<slug_code:plan>/", list_views.pledge_list, name="list"),
    path("<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>/", card_views.card, name="card"),
    path(
        "<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>/feed/",
        feed_views.pledge_feed,
        name="pledge_feed",
    ),
    path("<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>/embed/", card_views.embed, name="embed"),
    path("<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>/qr.svg", card_views.qr, name="qr"),
    path(
        "<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>/share.png",
        picture_views.card_image,
        name="card_share_image",
    ),
]
